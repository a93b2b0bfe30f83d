"""From a handle to its module: built on the CPU, in eval mode, from safetensors or plain data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodes import families
from nodes.checkpoints import hub, single_file, text_build, text_files
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import INDEX, inside, read_config, read_index, read_tokenizer, subfolder
from nodes.checkpoints.pixel_space import pixel_space
from nodes.checkpoints.pretrained import from_pretrained
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.diffusion.family import Family
from nodes.values import TextEncoder

if TYPE_CHECKING:
    from engine.declare.handle import Find
    from nodes.values import Model


def build(handle: Model[Any], find: Find) -> Any:
    """Build the module that a handle describes, with its options, without its patches.

    Args:
        handle: Which part of which checkpoint, and its dtype.
        find: Content digest → the file or folder that has it now.

    Raises:
        CheckpointRefused: The checkpoint has no such part, or its weights don't fit its config.
        OptionRefused: The module can't have an option.
    """
    model = _without_options(handle, find)
    for option in handle.options:
        option.put_on(model)
    return model


def _without_options(handle: Model[Any], find: Find) -> Any:
    import torch

    family, dtype = families.named(handle.family), getattr(torch, handle.dtype)
    if handle.part == "vae" and not family.vae:
        return pixel_space(dtype)
    if isinstance(handle, TextEncoder) and handle.files:
        _, encoders = text_files.assigned([find(file) for file in handle.files], handle.family)
        return text_build.build(
            encoders, handle.family, find(handle.config) if handle.config else None, dtype
        )
    source = hub.snapshot(handle.source) or find(handle.source)
    if source.is_dir():
        return _from_folder(source, handle.part, family, dtype)
    config = find(handle.config) if handle.config else single_file.configs_of(source, handle.family)
    return single_file.build(source, handle.part, config, family, dtype)


def _from_folder(folder: Path, part: str, family: Family, dtype: Any) -> Any:
    if part == "text_encoder":
        return _text_encoders(folder, family, dtype)
    if part == "vae":
        config = read_config(folder, inside(folder, family.vae, "config.json"))
        return build_part(folder, family.vae, _computed(config, family, dtype))
    if part == "denoiser":
        return _denoiser(folder, family, dtype)
    module = build_part(folder, part, dtype)
    for companion in family.companions.get(part, ()):
        setattr(module, companion, build_part(folder, companion, dtype))
    return module


def _denoiser(folder: Path, family: Family, dtype: Any) -> Any:
    """A folder's denoiser; a second one for low noise is its attribute, as is the timestep below which it is.

    See ``nodes.families.wan``.
    """
    denoiser = build_part(folder, family.denoiser, dtype)
    share = read_config(folder, INDEX).get("boundary_ratio")
    if family.low_noise in read_index(folder) and share is not None:
        trained = read_config(folder, "scheduler/scheduler_config.json")["num_train_timesteps"]
        denoiser.low_noise, denoiser.boundary = build_part(folder, family.low_noise, dtype), share * trained
    return denoiser


def _computed(config: dict[str, Any], family: Family, dtype: Any) -> Any:
    """What a VAE computes in: float32 in place of float16 where it overflows."""
    import torch

    overflows = family.upcasts_vae and dtype == torch.float16 and config.get("force_upcast", True)
    return torch.float32 if overflows else dtype


def _text_encoders(folder: Path, family: Family, dtype: Any) -> Any:
    """A folder's text encoders and projections by their subfolders, with the attribute ``tokenizers``."""
    from torch import nn

    index = read_index(folder)
    there = {part: tokenizer for part, tokenizer in family.texts.items() if part in index}
    encoders: Any = nn.ModuleDict(
        {part: build_part(folder, part, dtype) for part in (*there, *family.projections)}
    )
    encoders.tokenizers = {part: read_tokenizer(folder / name) for part, name in there.items()}
    return encoders.eval()


def build_part(folder: Path, part: str, dtype: Any) -> Any:
    """The model in a subfolder of a diffusers folder, of the class that its index names.

    Raises:
        CheckpointRefused: There is none, or its weights don't fit its config.
    """
    index = read_index(folder)
    if part not in index:
        cure = "Choose the folder of a model that has one."
        raise CheckpointRefused(f"{folder.name}/{INDEX}", f"a {part}", "none", cure)
    return from_pretrained(model_class(index[part][1]), folder, subfolder(folder, part), dtype=dtype)
