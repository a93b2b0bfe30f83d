"""A diffusion model in one file, as the original releases lay it out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodes.checkpoints import text_build, text_files, transformer_file, vae_file
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import (
    Layout,
    canonical,
    family_of_folder,
    read_configs,
    read_index,
    read_tokenizer,
)
from nodes.checkpoints.header import Entry
from nodes.checkpoints.recognise import denoiser_of_file
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.diffusion.family import Family
from nodes.library_lock import library_lock
from nodes.recognise.contents import Contents
from nodes.recognise.file import read_contents
from nodes.recognise.told import prediction_of
from nodes.values import SchedulerConfig

CONFIGS = Path(__file__).parent / "configs"
FIRST_CONVOLUTION = "input_blocks.0.0.weight"
PARTS = "Load its parts with load.denoiser, load.vae and load.text_encoders."
"""What to do with a file that holds some of a model's parts."""
ZERO_SNR = "ztsnr"
"""Tensor that a model carries that was trained up to pure noise, after the custom of ComfyUI."""


def read_file(path: Path, config: Path | None) -> Layout:
    """Read what a file holds, without its weights.

    Args:
        path: The file.
        config: Folder with its configs in diffusers' layout; None for the built-in ones of its family.

    Raises:
        CheckpointRefused: It is no whole checkpoint of a known family, or the configs are another's.
    """
    contents = read_contents(path, path.name)
    entries = contents.entries
    found, variant = denoiser_of_file(entries)
    folder = config or shipped(found, path.name, variant)
    layout, index = read_configs(folder, family_of_folder(folder)), read_index(folder)
    if not layout.family.single_file:
        raise CheckpointRefused(path.name, "a whole checkpoint", f"one of {layout.family.title}", PARTS)
    for part, prefixes in layout.family.single_file.items():
        if part in layout.family.texts and part not in index:
            continue  # a model without it, such as Stable Diffusion XL's refiner
        if not any(name.startswith(prefixes) for name in entries):
            cure = f"Choose a whole checkpoint of {layout.family.title}."
            if transformer_file.is_transformer(layout.family):
                cure = PARTS
            raise CheckpointRefused(path.name, f"a {part} ({prefixes[0]}…)", "none", cure)
    if layout.cells.family != found:
        cure = "Choose the folder that the file's model was saved with."
        raise CheckpointRefused(path.name, f"configs of family {found}", layout.cells.family, cure)
    return replace(layout, scheduler=_as_trained(layout.scheduler, contents))


def _as_trained(scheduler: SchedulerConfig, contents: Contents) -> SchedulerConfig:
    """A schedule with what a file says of its model's training, which the configs of a family can't know."""
    said = dict[str, Any]()
    if (prediction := prediction_of(contents)) in ("epsilon", "v_prediction"):
        said["prediction_type"] = prediction
    if ZERO_SNR in contents.entries:
        said["rescale_betas_zero_snr"] = True
    return replace(scheduler, config=canonical({**json.loads(scheduler.config), **said}))


def read_entries(path: Path) -> dict[str, Entry]:
    """Names, kinds and shapes of a checkpoint's tensors.

    Raises:
        CheckpointRefused: It is cut short, or holds more than plain data.
    """
    return dict(read_contents(path, path.name).entries)


def configs_of(path: Path, family: str) -> Path:
    """Folder of the built-in configs of a checkpoint; the file is asked where its family has several.

    Raises:
        CheckpointRefused: There are none.
    """
    several = any(CONFIGS.glob(f"{family}-*"))
    return shipped(family, path.name, denoiser_of_file(read_entries(path))[1] if several else "")


def shipped(family: str, place: str, variant: str = "") -> Path:
    """Folder of the built-in configs of a family, or of a variant of it that has its own.

    Raises:
        CheckpointRefused: There are none.
    """
    folder = CONFIGS / f"{family}-{variant}"
    folder = folder if variant and folder.is_dir() else CONFIGS / family
    if not family or not folder.is_dir():
        expected = (
            f"a family with built-in configs ({', '.join(sorted(path.name for path in CONFIGS.iterdir()))})"
        )
        cure = "Choose the folder of its configs."
        raise CheckpointRefused(place, expected, family or "none that is known", cure)
    return folder


def build(path: Path, part: str, config: Path, family: Family, dtype: Any) -> Any:
    """Build one part of a checkpoint.

    Args:
        path: The file.
        part: ``denoiser``, ``vae`` or ``text_encoder``.
        config: Folder with its configs in diffusers' layout.
        family: The model's.
        dtype: torch dtype of the weights.

    Raises:
        CheckpointRefused: The weights don't fit the config.
    """
    try:
        if transformer_file.is_transformer(family):
            return _of_tensors(path, part, config, family, dtype)
        if part == "text_encoder":
            return _text_encoders(path, config, family, dtype)
        weights = _tensors(path, part, config, family, dtype) if part in family.single_file else {}
        if part == "vae" and not weights:
            return vae_file.build(path, config, family, dtype)
        return (_denoiser if part == "denoiser" else _vae)(weights, config, family, dtype).eval()
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        expected = f"a {part} as the configs in {config.name} say"
        cure = "Choose the folder that the file's model was saved with."
        raise CheckpointRefused(path.name, expected, str(error), cure) from error


def _of_tensors(path: Path, part: str, config: Path, family: Family, dtype: Any) -> Any:
    """A part of a model whose tensors tell its sizes."""
    if part == "denoiser":
        return transformer_file.build(path, config, family, dtype)
    if part == "vae":
        return vae_file.build(path, config, family, dtype)
    if not text_files.encoders_in(path):
        cure = "Load them with load.text_encoders, from a folder or from files of their own."
        raise CheckpointRefused(path.name, f"text encoders of {family.title}", "none", cure)
    _, encoders = text_files.assigned([path], family.name)
    return text_build.build(encoders, family.name, config, dtype)


def _denoiser(weights: dict[str, Any], config: Path, family: Family, dtype: Any) -> Any:
    # A model made for inpainting differs from its family by its first convolution alone
    first = weights.get(f"{family.single_file['denoiser'][0]}{FIRST_CONVOLUTION}")
    changes = {} if first is None else {"in_channels": first.shape[1]}
    return _from_single_file(family.denoiser_class, weights, config, family.denoiser, dtype, **changes)


def _vae(weights: dict[str, Any], config: Path, family: Family, dtype: Any) -> Any:
    return _from_single_file(read_index(config)[family.vae][1], weights, config, family.vae, dtype)


def _from_single_file(
    name: str, weights: dict[str, Any], config: Path, part: str, dtype: Any, **changes: Any
) -> Any:
    # With `config` it asks no hub
    return model_class(name).from_single_file(
        weights, config=str(config), subfolder=part, dtype=dtype, local_files_only=True, **changes
    )


def _text_encoders(path: Path, config: Path, family: Family, dtype: Any) -> Any:
    """The file's text encoders as ``nodes.checkpoints.build`` makes them of a folder."""
    from torch import nn

    index = read_index(config)
    there = {part: name for part, name in family.texts.items() if part in index}
    encoders: Any = nn.ModuleDict(
        {
            part: _clip(_tensors(path, part, config, family, dtype), config, part, index[part][1], dtype)
            for part in there
        }
    )
    encoders.tokenizers = {part: read_tokenizer(config / name) for part, name in there.items()}
    return encoders.eval()


def _clip(weights: dict[str, Any], config: Path, part: str, name: str, dtype: Any) -> Any:
    with library_lock:
        from diffusers.loaders.single_file_utils import create_diffusers_clip_model_from_ldm

    return create_diffusers_clip_model_from_ldm(
        model_class(name),
        weights,
        subfolder=part,
        config=str(config),
        torch_dtype=dtype,
        local_files_only=True,
    )


def _tensors(path: Path, part: str, config: Path, family: Family, dtype: Any) -> dict[str, Any]:
    """A part's tensors, in its dtype already unless its class keeps some of them in float32."""
    import torch

    if part == "denoiser":
        name = family.denoiser_class
    else:
        name = read_index(config)[family.vae if part == "vae" else part][1]
    kept = dtype != torch.float32 and getattr(model_class(name), "_keep_in_fp32_modules", None)
    return read_tensors(path, family.single_file[part], None if kept else dtype)
