"""Upscalers: from a file of weights, in any architecture that spandrel knows, to the module.

What inpaints or restores faces is read here, too; its handles and loaders are in ``restoration``.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from string import digits
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from engine import File, Within, node
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.checkpoints.tensors import read_tensors
from nodes.values import Model, Upscaler

if TYPE_CHECKING:
    from spandrel import ModelDescriptor
    from torch import nn

    from engine.declare.handle import Find

SUFFIXES = (".safetensors", ".pth", ".pt")
BUILT_IN = "realesr-animevideov3-x4.safetensors"
LAYERS = 10_000
UPSCALING = ("SR", "Restoration")
"""What spandrel calls the purpose of models that take any picture and nothing else."""
LOADERS = {
    "SR": ("an upscaler", "load.upscaler"),
    "Restoration": ("a restoration model", "load.upscaler"),
    "FaceSR": ("a model that restores faces", "load.face_restorer"),
    "Inpainting": ("an inpainting model", "load.inpainter"),
}
"""Purpose in spandrel → what such a model is, and which node loads it."""


class _Elsewhere(NamedTuple):
    name: str
    licence: str
    instead: str
    tensors: frozenset[str]


ELSEWHERE = (
    _Elsewhere(
        "CodeFormer",
        "S-Lab License 1.0",
        "GFPGAN or RestoreFormer",
        frozenset({"position_emb", "idx_pred_layer.1.weight", "quantize.embedding.weight"}),
    ),
    _Elsewhere(
        "MAT", "CC BY-NC 4.0", "LaMa", frozenset({"synthesis.first_stage.conv_first.conv.resample_filter"})
    ),
)
"""Models that spandrel leaves out, for their licences rule out commercial use, with some of their tensors."""
_AGAIN = "Choose an upscaler's weights, or download them again."


@node("load.upscaler")
def from_file(
    file: Annotated[File, Within("models", SUFFIXES, ("upscaler",))] = BUILT_IN,  # pyright: ignore[reportArgumentType] # a name; the engine finds the file
    dtype: Literal["float32", "float16", "bfloat16"] = "float32",
) -> Upscaler:
    """Load an upscaler or a model that denoises, deblurs or brightens: whatever spandrel recognises.

    Real-ESRGAN, SwinIR, DAT, HAT, SPAN, NAFNet, SCUNet and three dozen other architectures.

    Args:
        file: Its weights; files other than ``.safetensors`` are read as plain data, without running what they
            may hold.
        dtype: Precision of its weights in memory; float16 suits graphics cards, not CPUs.
    """
    return Upscaler(file.digest, dtype=dtype)


def build(handle: Model[Any], find: Find, purposes: Collection[str] = UPSCALING) -> nn.Module:
    """Build the module that a handle describes; its attribute ``descriptor`` is spandrel's way to call it.

    Args:
        handle: Which file, and its dtype.
        find: Content digest → the file that has it now.
        purposes: What it may be for, in spandrel's words.

    Raises:
        CheckpointRefused: The file holds no weights, or those of something with another purpose.
    """
    import torch

    path = find(handle.source)
    if handle.patches:
        expected = f"{LOADERS[next(iter(purposes))][0]} as it is"
        raise CheckpointRefused(path.name, expected, "patches of its weights", "Link its loader.")
    descriptor = describe(path, purposes)
    dtype = getattr(torch, handle.dtype)
    if not _computes_in(descriptor, handle.dtype):
        known = descriptor.architecture.name
        raise CheckpointRefused(
            path.name, f"a dtype that {known} computes in", handle.dtype, "Choose float32."
        )
    # a shell, because the descriptor holds the model: it can't be the model's own attribute without a circle
    module = torch.nn.Sequential(descriptor.model.to(dtype)).eval().requires_grad_(False)
    object.__setattr__(module, "descriptor", descriptor)
    return module


def describe(path: Path, purposes: Collection[str] = UPSCALING) -> ModelDescriptor:
    """Recognise the architecture of a file and build its model in float32.

    Raises:
        CheckpointRefused: See ``build``.
    """
    from spandrel import ModelLoader, UnsupportedModelError

    wanted, _ = LOADERS[next(iter(purposes))]
    tensors = _read_tensors(path)
    _check_numbers(path, tensors)
    try:
        descriptor = ModelLoader().load_from_state_dict(tensors)
    except UnsupportedModelError:
        _refuse_elsewhere(path, tensors)
        got = f"tensors such as {', '.join(list(tensors)[:3]) or 'none at all'}"
        raise CheckpointRefused(path.name, f"{wanted} that spandrel knows", got, _AGAIN) from None
    except Exception as error:  # sizes are deduced from the tensors; damaged ones mislead that in many ways
        got = _first_line(error)
        raise CheckpointRefused(path.name, f"whole weights of {wanted}", got, _AGAIN) from error
    if descriptor.purpose not in purposes:
        found, loader = LOADERS[descriptor.purpose]
        got = f"{found} ({descriptor.architecture.name})"
        raise CheckpointRefused(path.name, wanted, got, f"Load it with {loader}.")
    return descriptor


def _computes_in(descriptor: ModelDescriptor, dtype: str) -> bool:
    return {
        "float32": True,
        "float16": descriptor.supports_half,
        "bfloat16": descriptor.supports_bfloat16,
    }[dtype]


def _read_tensors(path: Path) -> dict[str, Any]:
    """Read a state dict. Files that are programs (TorchScript) or run code when unpickled are refused."""
    from safetensors import SafetensorError
    from spandrel import canonicalize_state_dict

    try:
        tensors = canonicalize_state_dict(read_tensors(path))
    except CheckpointRefused as error:
        raise CheckpointRefused(path.name, "a file of tensors alone", error.got, _AGAIN) from None
    except (SafetensorError, OSError) as error:
        raise CheckpointRefused(path.name, "a file of tensors alone", _first_line(error), _AGAIN) from None
    if not any(name.strip(digits + ".") for name in tensors):  # places in lists are no names
        raise CheckpointRefused(path.name, "tensors by name", "a file without them", _AGAIN)
    return tensors


def _refuse_elsewhere(path: Path, tensors: dict[str, Any]) -> None:
    """Refuse by name what many have on disk and spandrel reads only with a package that we don't use."""
    plain = {name.removeprefix("model.") for name in tensors}
    for one in ELSEWHERE:
        if plain >= one.tensors:
            got = f"{one.name}, whose licence ({one.licence}) rules out commercial use"
            cure = f"Choose {one.instead} instead."
            raise CheckpointRefused(path.name, "a model that spandrel knows", got, cure)


def _check_numbers(path: Path, tensors: dict[str, Any]) -> None:
    """Refuse absurd numbers of layers, which would all be built before one was found missing."""
    for name in tensors:
        if any(part.isdecimal() and int(part[:9]) > LAYERS for part in name.split(".")):
            raise CheckpointRefused(
                path.name, f"at most {LAYERS:,} layers in a row", f"tensor {name}", _AGAIN
            )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
