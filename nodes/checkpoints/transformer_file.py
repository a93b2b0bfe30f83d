"""Transformers from a file that holds them alone or among others; also from GGUF, quantised."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodes.checkpoints import scaled
from nodes.checkpoints.classes import model_class
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.released import from_released
from nodes.checkpoints.sizes import SIZES, Shapes, read_sizes
from nodes.checkpoints.tensors import read_tensors
from nodes.diffusion.family import Family
from nodes.library_lock import library_lock
from nodes.recognise.contents import Contents
from nodes.recognise.file import read_contents
from nodes.recognise.matching import Match, match

QUANTISED_AWAY = ("absmax", "quant_map", "bitsandbytes__nf4", "bitsandbytes__fp4")
"""How names end of what other programs' quantised weights are to be read by."""
OTHERS = {("wan", "vace"), ("wan", "animate")}
"""Families and variants that are of a class of their own, which isn't built."""
RENAMED = {"img_emb.emb_pos": "condition_embedder.image_embedder.pos_embed"}
"""What diffusers leaves as it is: positions in Wan's models of a first and a last picture."""
CURE = "Choose the file of such a model, or the folder that it was saved with as its configs."


def is_transformer(family: Family) -> bool:
    """Whether a family's denoiser is one whose sizes its tensors tell."""
    return family.denoiser_class in SIZES


def read(path: Path, place: str) -> tuple[Contents, Match]:
    """What a file's tensors are, and that they are a denoiser's.

    Raises:
        CheckpointRefused: It is no such file, or its numbers are quantised in another way than GGUF's.
    """
    contents = read_contents(path, place)
    found = match(contents.entries)
    if found is None or found.kind != "denoiser":
        raise CheckpointRefused(place, "a denoiser", found.kind if found else "something else", CURE)
    if (found.family, found.variant) in OTHERS:
        raise CheckpointRefused(place, f"a plain {found.family}", f"its variant {found.variant}", CURE)
    if odd := next((name for name in contents.entries if name.endswith(QUANTISED_AWAY)), None):
        raise CheckpointRefused(place, "plain, float8 or GGUF weights", f"others ({odd[:80]})", scaled.CURE)
    return contents, found


def shapes_of(contents: Contents, found: Match) -> Shapes:
    """Shapes of a denoiser's tensors, by their names without the prefix."""
    start = len(found.prefix)
    return {
        name[start:]: entry.shape for name, entry in contents.entries.items() if name.startswith(found.prefix)
    }


def build(path: Path, config: Path, family: Family, dtype: Any) -> Any:
    """Build a transformer of a file.

    Args:
        path: ``.safetensors`` or ``.gguf``; the weights of the latter stay quantised in memory.
        config: Folder with what its tensors don't tell, in diffusers' layout.
        family: The model's.
        dtype: torch dtype of the weights, and in which quantised ones compute.

    Raises:
        CheckpointRefused: Weights are missing.
        ValueError: The weights don't fit.
    """
    contents, found = read(path, path.name)
    cls = model_class(family.denoiser_class)
    sizes = read_sizes(family.denoiser_class, shapes_of(contents, found))
    expected = f"all weights of a {family.denoiser_class}"
    try:
        if path.suffix.lower() != ".gguf":
            weights = _named(_plain(path, found, contents, _read_as(cls, dtype)), found.prefix)
            told = cls.load_config(config, subfolder=family.denoiser, local_files_only=True)
            return from_released(cls, weights, {**told, **sizes}, dtype, path.name)
        weights = _named(_quantised(path, contents), found.prefix)
        model = _of_quantised(cls, weights, config, family.denoiser, dtype, sizes)
    except LookupError as error:  # a name that diffusers has looked for
        raise CheckpointRefused(path.name, expected, f"a file that lacks some ({error})", CURE) from error
    if lacking := [name for name, value in model.named_parameters() if value.is_meta]:
        got = f"a file that lacks {lacking[0]} and {len(lacking) - 1} more"
        raise CheckpointRefused(path.name, expected, got, CURE)
    return model


def _of_quantised(
    cls: Any, weights: dict[str, Any], config: Path, part: str, dtype: Any, sizes: dict[str, Any]
) -> Any:
    """A transformer whose weights stay as they are in a GGUF file."""
    with library_lock:
        from diffusers.quantizers.quantization_config import GGUFQuantizationConfig

    return cls.from_single_file(
        weights,
        config=str(config),
        subfolder=part,
        dtype=dtype,
        local_files_only=True,
        quantization_config=GGUFQuantizationConfig(compute_dtype=dtype),
        **sizes,
    )


def _named(weights: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Weights by their names without the prefix."""
    short = {name.removeprefix(prefix): value for name, value in weights.items()}
    return {RENAMED.get(name, name): value for name, value in short.items()}


def _read_as(cls: Any, dtype: Any) -> Any:
    """What weights are turned into as they are read: nothing yet where the class keeps some in float32."""
    import torch

    return None if dtype != torch.float32 and getattr(cls, "_keep_in_fp32_modules", None) else dtype


def _plain(path: Path, found: Match, contents: Contents, dtype: Any) -> dict[str, Any]:
    if not scaled.is_scaled(contents.entries):
        return read_tensors(path, (found.prefix,), dtype)
    return scaled.unscaled(read_tensors(path, (found.prefix,)), path.name, dtype)


def _quantised(path: Path, contents: Contents) -> dict[str, Any]:
    """Weights of a GGUF file; those of more axes than the format has are in it flattened."""
    with library_lock:
        from diffusers.models.model_loading_utils import load_gguf_checkpoint

    weights: dict[str, Any] = load_gguf_checkpoint(str(path))
    return {
        name: value.reshape(contents.entries[name].shape) if not hasattr(value, "quant_type") else value
        for name, value in weights.items()
    }
