"""Memory and speed of a denoiser at the price of other numbers, as a part of the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.checkpoints.options import Attention, Compiled, FirstBlockCache, Kernel, Option, Storage
from nodes.values import Denoiser, F


@node("model.options")
def options(
    denoiser: Denoiser[F],
    storage: Literal["as loaded", "float8_e4m3fn", "float8_e5m2"] = "as loaded",
    attention: Kernel = "native",
    cache: Annotated[float, Field(ge=0, le=1)] = 0.0,
    compile: bool = False,
) -> Denoiser[F]:
    """Make a model smaller or faster, at the price of slightly other numbers.

    Of several of these in a row the last one counts. What changes no number, such as where the weights lie,
    is no part of a graph but a setting.

    Args:
        denoiser: The model.
        storage: How the weights of its large layers lie in memory: 8 bits halve those of 16; they are widened
            to the model's precision while their layer computes.
        attention: Which kernel: native = as torch chooses; plain = matrix products, for U-Nets; the rest is
            for transformers, torch's on CUDA, flash-attn and sage with the package of that name.
        cache: First-block cache: change of the first block's result, as a share of it, below which a turn
            leaves out the blocks behind it; 0 = off, 0.05 to 0.1 are usual. For FLUX.1, Wan, LTX and
            CogVideoX.
        compile: Have torch compile it: the first call at each size takes a minute or more, later ones less.

    Raises:
        ValueRefused: It is to be compiled, and be stored in 8 bits or cached as well.
    """
    if compile and (cache or storage != "as loaded"):
        expected = "compile alone, or storage and cache without it"
        raise ValueRefused(expected, f"compile with storage {storage} and cache {cache:g}")
    options: list[Option] = []
    if storage != "as loaded":
        options.append(Storage(storage))
    if attention != "native":
        options.append(Attention(attention))
    if cache:
        options.append(FirstBlockCache(cache))
    if compile:
        options.append(Compiled())
    return replace(denoiser, options=tuple(options))
