"""Tiny LoRA files for tiny models, in the layouts that programs write, and models that wear them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file
from torch import nn

from engine import File, OnDevice
from nodes.patches.lora import apply
from tests.nodes.diffusion.sampling import Loaded

Layout = Literal["diffusers", "kohya", "peft"]
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0", "q_proj", "k_proj", "v_proj", "out_proj", "fc1")
KOHYA = {
    "unet": "lora_unet_",
    "text_encoder": "lora_te1_text_model_",
    "text_encoder_2": "lora_te2_text_model_",
}
RANK, ALPHA = 2, 1.0


def layers_of(model: Any, endings: Iterable[str] = ATTENTION) -> dict[str, Any]:
    """The layers that a LoRA usually changes, by name."""
    found = {name: layer for name, layer in model.named_modules() if isinstance(layer, nn.Linear | nn.Conv2d)}
    return {name: layer for name, layer in found.items() if name.endswith(tuple(endings))}


def matrices(layer: Any, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """The two factors of what a LoRA adds to a layer."""
    inputs = layer.weight.shape[1:]
    ones = [1] * (len(inputs) - 1)
    down = torch.randn(RANK, *inputs, generator=generator)
    return down, torch.randn(len(layer.weight), RANK, *ones, generator=generator) * 0.1


def tensors_of(
    parts: dict[str, Any], layout: Layout, seed: int = 0, endings: Iterable[str] = ATTENTION
) -> dict[str, torch.Tensor]:
    """A LoRA's tensors; equal seeds give equal ones in all layouts, where only kohya's have an alpha.

    Args:
        parts: Part as folders name it → model.
        layout: Whose names they have.
        seed: Of their values.
        endings: How the names of the layers end.
    """
    generator, found = torch.Generator().manual_seed(seed), dict[str, torch.Tensor]()
    for part, model in parts.items():
        for layer, module in layers_of(model, endings).items():
            down, up = matrices(module, generator)
            if layout == "kohya":
                name = KOHYA[part] + layer.replace(".", "_")
                found |= {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up}
                found[f"{name}.alpha"] = torch.tensor(ALPHA)
            else:
                name = f"{part}.{layer}" if layout == "diffusers" else f"base_model.model.{layer}"
                found |= {f"{name}.lora_A.weight": down, f"{name}.lora_B.weight": up}
    return found


def save(path: Path, tensors: dict[str, torch.Tensor]) -> File:
    save_file({name: one.contiguous() for name, one in tensors.items()}, path)
    return File(path, path.stem)


def finder(folder: Path, *files: File) -> Callable[[str], Path]:
    """Where the model and its patches are."""
    places = {file.digest: file.path for file in files}
    return lambda digest: places.get(digest, folder)


def wearing(loaded: Loaded, folder: Path, *loras: tuple[File, dict[str, Any]]) -> Loaded:
    """A model with LoRAs, each with the ports of ``lora.apply``, in modules of its own."""
    denoiser, text = loaded.denoiser.handle, loaded.text_encoder.handle
    for file, ports in loras:
        denoiser, patched = apply(denoiser, file, text, **ports)
        assert patched is not None
        text = patched
    find = finder(folder, *(file for file, _ in loras))
    return replace(
        loaded,
        denoiser=OnDevice(denoiser, denoiser.load(find)),
        text_encoder=OnDevice(text, text.load(find)),
    )
