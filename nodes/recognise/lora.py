"""LoRAs and their relatives (LoHa, LoKr, DoRA, OFT): small matrices beside the layers of another model."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nodes.checkpoints.header import Entry
from nodes.recognise.matching import UNET, Match
from nodes.recognise.widths import family as unet_family

ENDING = re.compile(
    r"[._](lora_(?:down|up|mid|A|B)(?:\.default)?\.weight|lora(?:_linear_layer)?\.(?:down|up)\.weight"
    r"|hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2)|oft_(?:blocks|diag)|diff(?:_b)?|[wb]_norm|on_input"
    r"|dora_scale|lora_magnitude_vector(?:\.default)?\.weight)$"
)
"""How the names of their tensors end."""
TAKES = re.compile(r"lora_(?:down|A)|lora(?:_linear_layer)?\.down|hada_w1_b$|diff$")
"""Those whose second axis is the width of what the adapted layer takes."""
FIRST, SECOND = re.compile(r"lokr_w1(?:_b)?$"), re.compile(r"lokr_w2(?:_b)?$")
"""Those whose second axes have the width of what a LoKr's layer takes as their product."""
NUMBER = re.compile(r"(?<=_)\d+(?=_|$)")
LAYOUTS = {
    "lora_": "kohya",
    "lycoris_": "lycoris",
    "base_model.model.": "peft",
    "diffusion_model.": "comfyui",
    "unet.": "diffusers",
    "transformer.": "diffusers",
    "text_encoder": "diffusers",
    "down_blocks.": "diffusers",
    "mid_block.": "diffusers",
    "up_blocks.": "diffusers",
}
"""How the names of its tensors begin → layout."""
TARGETS = """
hunyuan-video  double_blocks_#_img_mod_linear
flux2          single_transformer_blocks_#_attn_to_qkv_mlp_proj
flux2          double_blocks_#_img_attn_qkv                     4096 6144
flux2          single_blocks_#_linear1                          4096 6144
flux           double_blocks_#_img_attn_qkv
flux           double_blocks_#_img_attn_proj
flux           single_blocks_#_linear1
flux           single_transformer_blocks_#_attn_to_q
flux           single_transformer_blocks_#_attn_to_k
flux           single_transformer_blocks_#_proj_mlp
sd3            joint_blocks_#_x_block_attn_qkv
sd3            joint_blocks_#_context_block_attn_qkv
qwen-image     transformer_blocks_#_attn_add_k_proj             3072
sd3            transformer_blocks_#_attn_add_k_proj
sd3            transformer_blocks_#_attn_to_q                   1536 2432
wan            blocks_#_cross_attn_k
wan            blocks_#_self_attn_q
animatediff    motion_modules_#_temporal_transformer_transformer_blocks_#_attention_blocks_#_to_q
animatediff    motion_modules_#_temporal_transformer_transformer_blocks_#_attention_blocks_#_processor_to_q
animatediff    motion_modules_#_transformer_blocks_#_attn1_to_q
unet           attentions_#_transformer_blocks_#_attn2_to_k
unet           attentions_#_transformer_blocks_#_attn2_processor_to_k
unet           blocks_#_#_transformer_blocks_#_attn2_to_k
unet           middle_block_#_transformer_blocks_#_attn2_to_k
ltx            transformer_blocks_#_attn2_to_k                  2048 4096
cogvideox      transformer_blocks_#_attn1_to_q                  1920 3072
wan            blocks_#_attn2_to_k
sdxl           te2_text_model_encoder_layers_#_mlp_fc1
sd1            te_text_model_encoder_layers_#_mlp_fc1           768
sd2            te_text_model_encoder_layers_#_mlp_fc1           1024
"""
"""Family, how the name of an adapted layer ends (``_`` for each dot, ``#`` for numbers), and the widths that
it may take if they matter. The first line that fits counts."""


def match_lora(entries: Mapping[str, Entry]) -> Match | None:
    """Find out whether a file is a LoRA, and which model it is for."""
    layers: dict[str, dict[str, Entry]] = {}
    for name, entry in entries.items():
        if (ending := ENDING.search(name)) is not None:
            layer = NUMBER.sub("#", name[: ending.start()].replace(".", "_"))
            layers.setdefault(layer, {})[ending[1]] = entry
    widths = {layer: _width(kinds) for layer, kinds in layers.items()}
    if not widths:
        return None
    some = next(iter(name for name in entries if ENDING.search(name)))
    layout = next((layout for head, layout in LAYOUTS.items() if some.startswith(head)), "original")
    return Match("lora", _family(widths), "", layout, "")


def _width(kinds: Mapping[str, Entry]) -> int:
    """What the layer takes, told by the tensors for it; 0 when they don't tell."""

    def second(ending: re.Pattern[str]) -> int:
        shapes = [entry.shape for kind, entry in kinds.items() if ending.match(kind)]
        return next((shape[1] for shape in shapes if len(shape) > 1), 0)

    return second(TAKES) or second(FIRST) * second(SECOND)


def _family(widths: Mapping[str, int]) -> str:
    for line in TARGETS.strip().splitlines():
        family, ending, *allowed = line.split()
        for layer, width in widths.items():
            if layer.endswith(ending) and (not allowed or str(width) in allowed):
                if family != UNET:
                    return family
                return unet_family(width, 4) if width else ""
    return ""
