"""Minibatch gradient descent on a quadratic of two weights, step by step."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import Owned, Seed, node
from engine.errors import ValueRefused
from nodes.train.state import Tensors, advance, begin
from nodes.train.values import Recipe, TrainState

if TYPE_CHECKING:
    import torch

PART = "valley"
Coordinate = Annotated[float, Field(ge=-100, le=100)]
Condition = Annotated[float, Field(ge=1, le=1000)]


class QuadraticStep(NamedTuple):
    """One step down.

    Attributes:
        state: The state after it.
        loss: The loss before it: how high over the bottom of the valley, which the batch only guesses.
        place: Where the two weights were before it, x and y.
    """

    state: TrainState
    loss: float
    place: list[float]


@node("learn.quadratic_start")
def quadratic_start(
    x: Coordinate = -2.5,
    y: Coordinate = -0.1,
    condition: Condition = 20.0,
    angle: Annotated[float, Field(ge=-180, le=180)] = 25.0,
    seed: Seed = 0,
) -> TrainState:
    """Two weights that begin at a place in the plane; their loss is a valley with its bottom at 0.

    The loss is ½ p·M·p with the eigenvalues 1 and ``condition``: what every smooth loss looks like near its
    minimum.

    Args:
        x: First weight at the beginning.
        y: Second weight at the beginning.
        condition: The condition number: how many times steeper the valley is across than along. 1 is a round
            bowl; the larger, the harder for gradient descent.
        angle: Degrees by which the valley is turned.
        seed: Seed of the samples.
    """
    sizes = {"x": x, "y": y, "condition": condition, "angle": angle}
    return begin({PART: {"_class_name": "Valley", **sizes}}, seed)


@node("learn.quadratic_step")
def quadratic_step(
    state: Owned[TrainState],
    recipe: Recipe,
    batch: Annotated[int, Field(ge=1, le=100_000)] = 8,
    spread: Annotated[float, Field(ge=0, le=10)] = 0.5,
) -> QuadraticStep:
    """Take one step down by the gradient of a minibatch.

    Each sample has a minimum of its own, drawn around 0; the batch sees the mean of a few, so its gradient
    points only about the right way. Four times as many samples halve the noise.

    Args:
        state: The two weights and the optimiser; changed in place.
        recipe: How the weights are moved: gradient descent, with momentum, Adam.
        batch: Samples in the batch.
        spread: Deviation of the samples' minima; 0 = all agree, and each step is of the whole data.

    Raises:
        ValueRefused: The state is of another network.
    """
    valley_of(state)
    place = state.params[f"{PART}.place"].tolist()
    state, (_, loss) = advance(state, partial(minima, batch, spread), quadratic_loss, recipe)
    return QuadraticStep(state, loss, place)


def minima(batch: int, spread: float, generator: torch.Generator) -> Tensors:
    """Draw where the samples of a batch have their minima, [batch, 2]."""
    import torch

    return (spread * torch.randn(batch, 2, generator=generator),)


def quadratic_loss(module: Any, samples: torch.Tensor) -> torch.Tensor:
    """The mean loss of the batch, by whose gradient is stepped; and how high the place lies."""
    import torch

    valley = module[PART]
    return torch.stack([valley(samples).mean(), valley(torch.zeros(1, 2))[0]])


def valley_of(state: TrainState) -> dict[str, float]:
    """The condition and the angle of a state's valley.

    Raises:
        ValueRefused: The state is of another network.
    """
    parts = json.loads(state.config)
    if PART not in parts:
        raise ValueRefused("a state that began with learn.quadratic_start", f"one of {', '.join(parts)}")
    return {name: parts[PART][name] for name in ("condition", "angle")}
