"""Pieces of tiny model folders, as diffusers' own tests build them."""

import json
from pathlib import Path
from typing import Any

from tests.nodes.diffusion.tiny import save_tokenizer


def write_json(path: Path, tree: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tree))


def save_clip(folder: Path, *, projected: bool = False, **changes: Any) -> None:
    """A CLIP text encoder, and beside its folder its tokenizer's: ``text_encoder_2`` and ``tokenizer_2``.

    Saved as files in the wild are: with the prefix that transformers 5 leaves out.
    """
    import torch
    from safetensors.torch import save_file
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    given: dict[str, Any] = {
        "bos_token_id": 512,
        "eos_token_id": 513,
        "pad_token_id": 513,
        "vocab_size": 514,
        "hidden_size": 32,
        "intermediate_size": 37,
        "num_attention_heads": 4,
        "num_hidden_layers": 3,
        "projection_dim": 32,
        "layer_norm_eps": 1e-5,
    }
    given |= changes
    config = CLIPTextConfig(**given)
    torch.manual_seed(0)
    model: Any = (CLIPTextModelWithProjection if projected else CLIPTextModel)(config)
    config.save_pretrained(folder)
    weights = {_in_the_wild(name): value.contiguous() for name, value in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    save_tokenizer(folder.with_name(folder.name.replace("text_encoder", "tokenizer")))


def _in_the_wild(name: str) -> str:
    return name if name.startswith(("text_model.", "text_projection.")) else f"text_model.{name}"


def save_t5(folder: Path, **changes: Any) -> None:
    """A T5 encoder, and beside its folder a tokenizer with a token for each letter."""
    import torch
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import Unigram
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

    letters = [chr(code) for code in range(32, 127) if chr(code) not in "<>"]
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -1.0)]
    backend = Tokenizer(Unigram([*vocabulary, *((letter, -2.0) for letter in letters)], unk_id=2))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer = T5Tokenizer(tokenizer_object=backend, extra_ids=0, model_max_length=512)
    tokenizer.save_pretrained(folder.with_name(folder.name.replace("text_encoder", "tokenizer")))
    given: dict[str, Any] = {"vocab_size": 128, "d_model": 32, "d_kv": 8, "d_ff": 37, "num_layers": 2}
    given |= {"num_heads": 4} | changes
    config = T5Config(**given)
    torch.manual_seed(0)
    T5EncoderModel(config).eval().save_pretrained(folder)


def save_image_encoder(
    folder: Path, *, projected: bool = True, processor: str = "image_processor", **changes: Any
) -> None:
    """CLIP's picture encoder, and beside its folder what prepares pictures."""
    import torch
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        CLIPVisionModel,
        CLIPVisionModelWithProjection,
    )

    given: dict[str, Any] = {"hidden_size": 32, "projection_dim": 32, "intermediate_size": 37}
    given |= {"num_attention_heads": 4, "num_hidden_layers": 2, "image_size": 32, "patch_size": 8}
    config = CLIPVisionConfig(**given | changes)
    torch.manual_seed(0)
    cls: Any = CLIPVisionModelWithProjection if projected else CLIPVisionModel
    cls(config).save_pretrained(folder)
    sizes: Any = {"crop_size": config.image_size, "size": {"shortest_edge": config.image_size}}
    CLIPImageProcessor(**sizes).save_pretrained(folder.with_name(processor))


def save_siglip(folder: Path, **changes: Any) -> None:
    """SigLIP's picture encoder, with what prepares pictures in its own folder."""
    import torch
    from transformers import SiglipImageProcessor, SiglipVisionConfig, SiglipVisionModel

    given: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 37, "num_attention_heads": 4}
    given |= {"num_hidden_layers": 2, "image_size": 32, "patch_size": 8}
    given |= changes
    torch.manual_seed(0)
    SiglipVisionModel(SiglipVisionConfig(**given)).save_pretrained(folder)
    side = int(given["image_size"])
    SiglipImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)


def save_vae(folder: Path, **changes: Any) -> None:
    import torch
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    config: dict[str, Any] = {
        "block_out_channels": (4, 8),
        "in_channels": 3,
        "out_channels": 3,
        "down_block_types": ("DownEncoderBlock2D",) * 2,
        "up_block_types": ("UpDecoderBlock2D",) * 2,
        "latent_channels": 4,
        "norm_num_groups": 2,
    }
    torch.manual_seed(0)
    AutoencoderKL(**config | changes).save_pretrained(folder)


def save_index(folder: Path, pipeline: str, scheduler: dict[str, Any], **parts: str) -> None:
    """The index, and the scheduler's config.

    Args:
        folder: The model's.
        pipeline: Class of its pipeline.
        scheduler: Config, with the class's name as ``_class_name``.
        parts: Subfolder → library and class, such as ``diffusers.AutoencoderKL``.
    """
    write_json(folder / "scheduler" / "scheduler_config.json", scheduler)
    index = {part: name.split(".") for part, name in parts.items()}
    write_json(
        folder / "model_index.json",
        {
            "_class_name": pipeline,
            "_diffusers_version": "0.42.1",
            "scheduler": ["diffusers", scheduler["_class_name"]],
            **index,
        },
    )


def randomise(model: Any) -> Any:
    """Give a model's zeroed layers random weights, which its training would have filled."""
    import torch

    for weights in model.parameters():
        if not weights.any():
            torch.nn.init.normal_(weights, std=0.1)
    return model
