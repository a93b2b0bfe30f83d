"""A finished model as files: the standard diffusers folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine import node
from nodes.train.denoiser import PART, sizes
from nodes.train.diffusion import scheduler_config
from nodes.train.values import ModelFolder, TrainState, Vocabulary
from nodes.train.vocabulary import END, START
from nodes.values import SchedulerConfig

if TYPE_CHECKING:
    import torch

VERSION = "0.42.1"


@node("train.model_folder")
def model_folder(autoencoder: TrainState, state: TrainState, vocabulary: Vocabulary) -> ModelFolder:
    """Write a model as the folder of a StableDiffusionPipeline, with the averaged weights in float16.

    Args:
        autoencoder: The trained autoencoder.
        state: The trained text encoder and U-Net.
        vocabulary: The tokenizer.
    """
    parts = {**json.loads(autoencoder.config), **json.loads(state.config)}
    files: dict[str, bytes] = {
        "model_index.json": _json(_index()),
        "scheduler/scheduler_config.json": _json(scheduler_config() | {"_diffusers_version": VERSION}),
        "tokenizer/vocab.json": vocabulary.vocab.encode(),
        "tokenizer/merges.txt": vocabulary.merges.encode(),
        "tokenizer/tokenizer_config.json": _json(_tokenizer(vocabulary)),
        "tokenizer/special_tokens_map.json": _json(_special()),
        "vae/config.json": _json(parts["vae"] | {"_diffusers_version": VERSION}),
        "vae/diffusion_pytorch_model.safetensors": _weights(autoencoder.average, "vae."),
        "unet/config.json": _json(parts["unet"] | {"_diffusers_version": VERSION}),
        "unet/diffusion_pytorch_model.safetensors": _weights(state.average, "unet."),
        "text_encoder/config.json": _json(
            {key: value for key, value in parts["text_encoder"].items() if key != "_class_name"}
            | {"architectures": ["CLIPTextModel"], "model_type": "clip_text_model", "dtype": "float32"}
        ),
        "text_encoder/model.safetensors": _weights(state.average, "text_encoder.", "text_model."),
    }
    return _folder(files)


@node("train.denoiser_folder")
def denoiser_folder(state: TrainState, schedule: SchedulerConfig) -> ModelFolder:
    """Write a denoiser of pictures as the folder of a DDPMPipeline, with the averaged weights in float16.

    Unpacked in a model folder, load.diffusers reads it. diffusers has no pipeline for U-Nets that are told
    classes or that learned by flow matching; there ``UNet2DModel`` and the scheduler are loaded one by one.

    Args:
        state: The trained denoiser.
        schedule: What it was trained on.

    Raises:
        ValueRefused: The state is of another network.
    """
    scheduler = {"_class_name": schedule.name, **json.loads(schedule.config)}
    return _folder(
        {
            "model_index.json": _json(
                {
                    "_class_name": "DDPMPipeline",
                    "_diffusers_version": VERSION,
                    "scheduler": ["diffusers", schedule.name],
                    "unet": ["diffusers", "UNet2DModel"],
                }
            ),
            "scheduler/scheduler_config.json": _json(scheduler | {"_diffusers_version": VERSION}),
            "unet/config.json": _json(sizes(state) | {"_diffusers_version": VERSION}),
            "unet/diffusion_pytorch_model.safetensors": _weights(state.average, f"{PART}."),
        }
    )


def _folder(files: dict[str, bytes]) -> ModelFolder:
    names = sorted(files)
    return ModelFolder(names, [files[name] for name in names])


def _index() -> dict[str, Any]:
    return {
        "_class_name": "StableDiffusionPipeline", "_diffusers_version": VERSION,
        "feature_extractor": [None, None], "image_encoder": [None, None], "requires_safety_checker": False,
        "safety_checker": [None, None], "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
    }  # fmt: skip


def _special() -> dict[str, str]:
    return {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}


def _tokenizer(vocabulary: Vocabulary) -> dict[str, Any]:
    return {"tokenizer_class": "CLIPTokenizer", "model_max_length": vocabulary.length, **_special()}


def _json(tree: object) -> bytes:
    return (json.dumps(tree, indent=2, sort_keys=True) + "\n").encode()


def _weights(table: dict[str, torch.Tensor], part: str, prefix: str = "") -> bytes:
    """Write one network's weights; files in the wild carry CLIP's text weights under `text_model.`."""
    from safetensors.torch import save

    chosen = {name.removeprefix(part): weight for name, weight in table.items() if name.startswith(part)}
    if prefix and not any(name.startswith(prefix) for name in chosen):
        chosen = {prefix + name: weight for name, weight in chosen.items()}
    return save({name: weight.half().contiguous() for name, weight in chosen.items()}, {"format": "pt"})
