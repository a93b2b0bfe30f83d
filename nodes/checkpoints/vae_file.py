"""Autoencoders from a file that holds one alone or among other parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodes.checkpoints.classes import model_class
from nodes.checkpoints.folder import read_index
from nodes.checkpoints.header import Entry
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.released import from_released
from nodes.checkpoints.tensors import read_tensors
from nodes.checkpoints.vae_sizes import read_sizes
from nodes.diffusion.family import Family
from nodes.library_lock import library_lock
from nodes.recognise.contents import Contents
from nodes.recognise.file import read_contents
from nodes.recognise.matching import Match, match
from nodes.recognise.signatures import VAE

STATISTICS = "bn."
"""How the tensors of FLUX.2's batch norm begin."""


def read(path: Path, place: str) -> tuple[Contents, Match]:
    """What a file's tensors are, and that they are an autoencoder's.

    Raises:
        CheckpointRefused: It is no such file.
    """
    contents = read_contents(path, place)
    whole = match(contents.entries)
    found = whole if whole is None or whole.kind == "vae" else match(_among(contents.entries))
    if found is None or found.kind != "vae":
        cure = "Choose a file that has one."
        raise CheckpointRefused(place, "an autoencoder", whole.kind if whole else "something else", cure)
    return contents, replace(found, family=whole.family) if whole and whole.kind == "denoiser" else found


def _among(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The tensors of a whole model's autoencoder."""
    return {name: entry for name, entry in entries.items() if name.startswith(VAE)}


def sizes_of(place: str, contents: Contents, found: Match) -> dict[str, Any]:
    """Arguments of an autoencoder's class that fit the tensors of a file.

    Raises:
        CheckpointRefused: One is not there that tells a size.
    """
    start = len(found.prefix)
    shapes = {
        name[start:]: entry.shape for name, entry in contents.entries.items() if name.startswith(found.prefix)
    }
    try:
        return read_sizes(found.family, shapes, diffusers=found.layout == "diffusers")
    except KeyError as error:
        cure = "Download it again; half an autoencoder, such as a decoder alone, won't do."
        raise CheckpointRefused(place, "a whole autoencoder", f"one without {error}", cure) from error


def build(path: Path, config: Path, family: Family, dtype: Any) -> Any:
    """Build the autoencoder of a file.

    Args:
        path: ``.safetensors``.
        config: Folder with its config in diffusers' layout.
        family: The model's.
        dtype: torch dtype of the weights.

    Raises:
        CheckpointRefused: It is no whole autoencoder.
        RuntimeError: The weights don't fit the config.
    """
    contents, found = read(path, path.name)
    sizes = sizes_of(path.name, contents, found)
    start = len(found.prefix)
    weights = {name[start:]: value for name, value in read_tensors(path, (found.prefix,), dtype).items()}
    name = read_index(config)[family.vae][1]
    cls = model_class(name)
    told = {**cls.load_config(config, subfolder=family.vae, local_files_only=True), **sizes}
    if name != "AutoencoderKLFlux2":
        if found.family == "ltx" and found.layout == "original":  # diffusers looks for its prefix
            weights = {f"vae.{name}": value for name, value in weights.items()}
        return from_released(cls, weights, told, dtype, path.name)
    model = cls.from_config(told)
    if found.layout == "original":
        weights = _renamed(weights, model.config)
    model.load_state_dict(weights)
    return model.to(dtype).eval()


def _renamed(weights: dict[str, Any], config: Any) -> dict[str, Any]:
    """FLUX.2's autoencoder in diffusers' names: diffusers renames only the one that it was made of."""
    with library_lock:
        from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

    statistics = {name: value for name, value in weights.items() if name.startswith(STATISTICS)}
    rest = {name: value for name, value in weights.items() if name not in statistics}
    return {**convert_ldm_vae_checkpoint(rest, config), **statistics}
