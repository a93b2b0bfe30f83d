"""How weights are moved: rates, their schedule, the average, precision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from nodes.train.values import Precision, Recipe

Rate = Annotated[float, Field(gt=0, le=1)]
Steps = Annotated[int, Field(ge=1)]


@node("train.recipe")
def recipe(
    rate: Rate = 0.003,
    adam_rate: Rate = 0.002,
    warmup: Steps = 50,
    steps: Steps = 5000,
    decay: Annotated[float, Field(ge=0, lt=1)] = 0.998,
    precision: Precision = "float32",
    shards: Annotated[int, Field(ge=1, le=64)] = 1,
) -> Recipe:
    """Settle how weights are moved.

    Args:
        rate: Peak learning rate of the matrices, moved by Muon.
        adam_rate: Peak learning rate of everything else, moved by AdamW.
        warmup: Steps in which the rates rise.
        steps: Steps in which they fall again; more can follow at the lowest rate.
        decay: Decay of the averaged weights, which are what is exported.
        precision: Of the products in the networks; bfloat16 is faster where the processor has matrix units.
        shards: Parts of a batch computed side by side, with one thread each; fastest is one a core.
    """
    return Recipe(rate, adam_rate, warmup, steps, decay, precision, shards)
