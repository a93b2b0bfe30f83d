"""Tiny folders of FLUX.2 and klein."""

from pathlib import Path
from typing import Any

import torch

from tests.nodes.families.folders import save_index

SCHEDULER = {"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0, "use_dynamic_shifting": True}
WIDTH = 16
MISTRAL = (
    "{% for m in messages %}{{ m.role }}:{% for part in m.content %}{{ part.text }}{% endfor %}{% endfor %}"
)
QWEN = "{% for m in messages %}{{ m.role }}:{{ m.content }}{% endfor %}{{ enable_thinking }}"


def save(folder: Path, *, klein: bool = False) -> Path:
    """A folder of FLUX.2 with random weights."""
    from diffusers.models.transformers.transformer_flux2 import Flux2Transformer2DModel

    torch.manual_seed(0)
    Flux2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=3 * WIDTH,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=not klein,
    ).save_pretrained(folder / "transformer")
    _save_vae(folder / "vae")
    (_save_qwen if klein else _save_mistral)(folder / "text_encoder")
    _save_tokenizer(folder / "tokenizer", QWEN if klein else MISTRAL)
    save_index(
        folder,
        "Flux2KleinPipeline" if klein else "Flux2Pipeline",
        SCHEDULER,
        transformer="diffusers.Flux2Transformer2DModel",
        vae="diffusers.AutoencoderKLFlux2",
        text_encoder="transformers.Qwen3ForCausalLM"
        if klein
        else "transformers.Mistral3ForConditionalGeneration",
        tokenizer="transformers.PreTrainedTokenizerFast",
    )
    return folder


def _save_vae(folder: Path) -> None:
    """With statistics that change something."""
    from diffusers.models.autoencoders.autoencoder_kl_flux2 import AutoencoderKLFlux2

    vae = AutoencoderKLFlux2(
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(4, 8),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=2,
    )
    bn: Any = vae.bn
    bn.running_mean.normal_()
    bn.running_var.uniform_(0.5, 2.0)
    vae.save_pretrained(folder)


LANGUAGE: dict[str, Any] = {
    "vocab_size": 128,
    "hidden_size": WIDTH,
    "intermediate_size": 16,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
}


def _save_qwen(folder: Path) -> None:
    from transformers import Qwen3Config, Qwen3ForCausalLM

    Qwen3ForCausalLM(Qwen3Config(**LANGUAGE, num_hidden_layers=28)).save_pretrained(folder)


def _save_mistral(folder: Path) -> None:
    from transformers import (
        Mistral3Config,
        Mistral3ForConditionalGeneration,
        MistralConfig,
        PixtralVisionConfig,
    )

    sizes: dict[str, Any] = {
        "hidden_size": 8,
        "intermediate_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
    }
    config = Mistral3Config(
        text_config=MistralConfig(**LANGUAGE, num_hidden_layers=31).to_dict(),
        vision_config=PixtralVisionConfig(**sizes, image_size=28, patch_size=14).to_dict(),
        image_token_index=127,
    )
    Mistral3ForConditionalGeneration(config).save_pretrained(folder)


def _save_tokenizer(folder: Path, template: str) -> None:
    """A token for each letter."""
    from tokenizers import Regex, Tokenizer, pre_tokenizers
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    letters = {chr(code): code - 30 for code in range(32, 127)}
    backend = Tokenizer(WordLevel({"<unk>": 0, "<pad>": 1, **letters}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    PreTrainedTokenizerFast(
        tokenizer_object=backend, unk_token="<unk>", pad_token="<pad>", chat_template=template
    ).save_pretrained(folder)
