"""Curves of a training: its losses, and other numbers that tell how it goes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import Text, node
from engine.errors import ValueRefused
from nodes.train.chart import Scale, Series, chart
from nodes.train.optimiser import rate_at
from nodes.train.values import Recipe
from nodes.values import Image

Width = Annotated[int, Field(ge=64, le=4096)]


@node("train.loss_curve")
def loss_curve(
    losses: list[float],
    *more: list[float],
    names: Text = "",
    smoothing: Annotated[int, Field(ge=1)] = 50,
    scale: Scale = "logarithmic",
    lowest: float | None = None,
    highest: float | None = None,
    line: float | None = None,
    width: Width = 640,
    height: Width = 320,
) -> Image:
    """Draw the losses of a run, or several series in one picture: each step pale, their running mean on top.

    Args:
        losses: One for each step.
        more: Further series: the loss on held-out data, an accuracy. One with fewer numbers, as of every 20th
            step, is spread over the same width.
        names: Name of each series, one a line, for a legend; empty = no legend.
        smoothing: Steps of the running mean; 1 = only the numbers themselves.
        scale: Logarithmic, so that small losses can be told apart too; linear for shares such as accuracies.
        lowest: The lowest number shown; empty = of the series.
        highest: The highest number shown; empty = of the series.
        line: A number where a dashed line is drawn across, to compare with; empty = none.
        width: Width in pixels.
        height: Height in pixels.

    Raises:
        ValueRefused: A series is empty, or there are not as many names as series.
    """
    every = [losses, *more]
    if not all(every):
        cure = "collect it in a loop of at least one turn"
        raise ValueRefused(f"at least one loss in each series ({cure})", "none")
    told = [name.strip() for name in names.strip().splitlines()] or [""] * len(every)
    if len(told) != len(every):
        raise ValueRefused(f"a name for each of {len(every)} series, one a line", f"{len(told)} names")
    series = [Series(values, name) for values, name in zip(every, told, strict=True)]
    return chart(series, scale, smoothing, (width, height), (lowest, highest), line)


@node("train.gradient_curve")
def gradient_curve(
    gradients: list[list[float]],
    smoothing: Annotated[int, Field(ge=1)] = 20,
    width: Width = 640,
    height: Width = 320,
) -> Image:
    """Draw how large the gradients of each layer were over a training, on a logarithmic scale.

    Args:
        gradients: For each step a number for each layer, from the first to the last.
        smoothing: Steps of the running mean.
        width: Width in pixels.
        height: Height in pixels.

    Raises:
        ValueRefused: There are none, or not equally many in each step.
    """
    if len({len(step) for step in gradients}) != 1 or not gradients[0]:
        raise ValueRefused("steps with a number for each layer", "none, or steps of different length")
    layers = [list(layer) for layer in zip(*gradients, strict=True)]
    series = [Series(values, f"layer {place}") for place, values in enumerate(layers, 1)]
    return chart(series, "logarithmic", smoothing, (width, height))


@node("train.rate_curve")
def rate_curve(recipe: Recipe, width: Width = 640, height: Width = 200) -> Image:
    """Draw the learning rate over the steps of a training: how it rises, and how it falls.

    Args:
        recipe: How the weights are moved.
        width: Width in pixels.
        height: Height in pixels.
    """
    count = max(recipe.steps, recipe.warmup) + 1
    apart = max(count // (2 * width), 1)
    steps = [*range(0, count - 1, apart), count - 1]
    shares = [rate_at(step, recipe) for step in steps]
    series = [Series([recipe.rate * share for share in shares], "learning rate")]
    if recipe.optimiser == "muon":
        series = [Series(series[0].values, "matrices, by Muon")]
        series.append(Series([recipe.adam_rate * share for share in shares], "the rest, by AdamW"))
    return chart(series, "linear", 1, (width, height), (0.0, None), steps=count - 1)
