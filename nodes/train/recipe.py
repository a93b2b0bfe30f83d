"""How weights are moved: rates, their schedule, the average, precision."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from nodes.train.values import Optimiser, Precision, Recipe, Schedule

Rate = Annotated[float, Field(gt=0, le=1)]
Steps = Annotated[int, Field(ge=1)]
Beta = Annotated[float, Field(ge=0, lt=1)]


@node("train.recipe")
def recipe(
    rate: Rate = 0.003,
    adam_rate: Rate = 0.002,
    warmup: Steps = 50,
    steps: Steps = 5000,
    decay: Annotated[float, Field(ge=0, lt=1)] = 0.998,
    precision: Precision = "float32",
    shards: Annotated[int, Field(ge=1, le=64)] = 1,
    optimiser: Optimiser = "muon",
    schedule: Schedule = "cosine",
    beta1: Beta = 0.9,
    beta2: Beta = 0.99,
    weight_decay: Annotated[float, Field(ge=0, le=10)] = 0.0,
    clip: Annotated[float, Field(ge=0, le=1e6)] = 0.0,
) -> Recipe:
    """Settle how weights are moved.

    Args:
        rate: Peak learning rate; with Muon, of the matrices that it moves.
        adam_rate: Peak learning rate of what Muon leaves to AdamW.
        warmup: Steps in which the rates rise.
        steps: Steps in which they fall again; more can follow at the lowest rate.
        decay: Decay of the averaged weights, which are what is exported.
        precision: Of the products in the networks; bfloat16 is faster where the processor has matrix units.
        shards: Parts of a batch computed side by side, with one thread each; fastest is one a core.
            Networks with batch normalisation want 1, for they look at a batch as a whole.
        optimiser: The rule by which gradients move weights: Muon with AdamW for what is no matrix, AdamW
            (arXiv 1711.05101), Adam (arXiv 1412.6980), or gradient descent with momentum.
        schedule: How the rates fall after the warm-up: by half a cosine or a straight line to a twentieth, or
            not at all.
        beta1: Decay of the first moment of Adam, or the momentum of gradient descent.
        beta2: Decay of the second moment of Adam.
        weight_decay: Share of a weight that a step at rate 1 takes away.
        clip: Largest norm of all gradients together; 0 = any.
    """
    return Recipe(
        rate, adam_rate, warmup, steps, decay, precision, shards, optimiser, schedule, beta1, beta2,
        weight_decay, clip,
    )  # fmt: skip
