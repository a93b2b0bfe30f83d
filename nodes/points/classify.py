"""Points in two classes, and a perceptron that learns to tell which is which."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from engine import Context, Owned, Rng, Seed, Text, node
from nodes.data.values import Batch
from nodes.points.adversarial import Every, Layers, Reach, Size, Width, is_due, steps_in
from nodes.points.batches import batch as batch_of
from nodes.points.drawing import DATA
from nodes.points.plane import Points, PointsRefused, to_points
from nodes.points.shapes import spirals, two_moons
from nodes.points.surface import Dots, surface
from nodes.train.state import advance, begin, bound
from nodes.train.values import Recipe, TrainState
from nodes.values import Image

if TYPE_CHECKING:
    import torch

FIRST = "#d9480f"
"""Colour of the points of the first class; the second has that of data."""
PART = "classifier"
RULES = {"two moons": two_moons, "spirals": spirals}
Activation = Literal["leaky relu", "tanh", "sigmoid"]


class Classes(NamedTuple):
    """Points in two classes.

    Attributes:
        points: The points.
        labels: The class of each, 0 or 1.
    """

    points: Points
    labels: list[int]


class ClassifierStep(NamedTuple):
    """One step of the classifier.

    Attributes:
        state: The state after it.
        loss: The loss before it.
        accuracy: Share of the batch that was told right, before the step.
        gradients: For each layer from the first to the last the root mean square of its weights' gradients.
    """

    state: TrainState
    loss: float
    accuracy: float
    gradients: list[float]


class Judged(NamedTuple):
    """How well a classifier tells points.

    Attributes:
        loss: Mean cross entropy; ln 2 = 0.693 = it only guesses, 0 = sure and right.
        accuracy: Share of the points that it tells right.
    """

    loss: float
    accuracy: float


@node("points.classes")
def classes(
    shape: Literal["two moons", "spirals"] = "two moons",
    count: Annotated[int, Field(ge=2, le=100_000)] = 300,
    spread: Annotated[float, Field(ge=0, le=1)] = 0.2,
    seed: Seed = 0,
) -> Classes:
    """Draw points of two classes: each moon, or each arm of the spirals, is one.

    Args:
        shape: The rule.
        count: How many points of both together.
        spread: Deviation of Gaussian noise on each point; with much of it the classes overlap.
        seed: Equal seeds draw equal points.
    """
    import torch

    generator = Rng.seeded(seed).generator()
    exact, labels = RULES[shape](count, generator)
    return Classes(to_points(exact + spread * torch.randn(count, 2, generator=generator)), labels.tolist())


@node("points.classifier_start")
def classifier_start(
    width: Width = 16,
    layers: Layers = 2,
    activation: Activation = "tanh",
    seed: Seed = 0,
) -> TrainState:
    """A classifier of points ready to be trained: a perceptron.

    Args:
        width: Numbers in each hidden layer.
        layers: Hidden layers.
        activation: The nonlinearity after each hidden layer. Without one, all layers together could draw no
            other border than a straight line.
        seed: Seed of the weights.
    """
    sizes = {"width": width, "layers": layers, "activation": activation}
    return begin({PART: {"_class_name": "PointClassifier", **sizes}}, seed)


@node("points.classifier_step")
def classifier_step(state: Owned[TrainState], batch: Batch, recipe: Recipe) -> ClassifierStep:
    """Train the classifier on one batch: forward for the loss, backward for its gradients, and a step down.

    Args:
        state: The weights and the optimiser; changed in place.
        batch: Points with their classes.
        recipe: How the weights are moved.

    Raises:
        PointsRefused: The points have no classes, or the state is of another network.
    """
    check_classifier(state)
    if batch.labels is None:
        raise PointsRefused(
            "expected points with classes, got some without. Link the labels of points.classes."
        )
    given = batch.samples, batch.labels
    steepness: list[float] = []

    def draw(rng: torch.Generator) -> tuple[torch.Tensor, ...]:
        return given

    def seen(grads: dict[str, torch.Tensor]) -> None:
        steepness.extend(by_layer(grads))

    state, (loss, accuracy) = advance(state, draw, classifier_loss, recipe, seen=seen)
    return ClassifierStep(state, loss, accuracy, steepness)


def classifier_loss(module: Any, points: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy, and the share that is told right."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as entropy

    logits = module[PART](points)
    right = ((logits > 0).long() == labels).float().mean()
    return torch.stack([entropy(logits, labels.float()), right])


def by_layer(grads: dict[str, torch.Tensor]) -> list[float]:
    """Root mean square of the gradients of each layer's weights and biases together."""
    import torch

    layers: dict[str, list[torch.Tensor]] = {}
    for name, grad in grads.items():
        layers.setdefault(name.rpartition(".")[0], []).append(grad.flatten())
    return [float(torch.cat(parts).square().mean().sqrt()) for parts in layers.values()]


@node("points.judge")
def judge(state: TrainState, points: Points, labels: list[int], average: bool = False) -> Judged:
    """Say how well a classifier in training tells points: best such that no training saw.

    Args:
        state: The state of a classifier.
        points: Points.
        labels: The class of each.
        average: Take the averaged weights rather than the last.

    Raises:
        PointsRefused: There are not as many labels as points, or the state is of another network.
    """
    import torch

    check_classifier(state)
    every = batch_of.function(points, 0, len(points.samples), 0, labels)
    assert every.labels is not None
    module = bound(state.config, state.average if average else state.params)
    with torch.no_grad():
        return Judged(*classifier_loss(module, every.samples, every.labels).tolist())


@node("points.decision")
def decision(
    state: TrainState,
    points: Points,
    labels: list[int],
    ctx: Context,
    unseen: Points | None = None,
    unseen_labels: list[int] | None = None,
    index: Annotated[int, Field(ge=0)] = 0,
    every: Every = 20,
    title: Text = "",
    size: Size = 360,
    reach: Reach = 3.0,
) -> list[Image]:
    """Draw what a classifier says of each place, after the first step and then after every so many.

    Blue and orange are the classes, the stronger the surer; on the line it can't tell. Dots are points that
    it learns from, rings are held-out ones.

    Args:
        state: The state of a classifier.
        points: What it learns from.
        labels: The class of each.
        ctx: Shows the picture while the training goes on.
        unseen: Held-out points.
        unseen_labels: The class of each.
        index: The turn of the loop.
        every: Steps from one picture to the next.
        title: Written in the upper left corner, with the number of steps.
        size: Side of the picture in pixels.
        reach: The picture shows x and y from minus this to this.

    Returns:
        One picture when there is one to be drawn, else none.

    Raises:
        PointsRefused: There are not as many labels as points, or the state is of another network.
    """
    check_classifier(state)
    if not is_due(index, every):
        return []
    module: Any = bound(state.config, state.params)
    dots = of_class(points, labels, filled=True)
    if unseen is not None:
        dots = of_class(unseen, unseen_labels or [], filled=False) + dots
    ask = partial(_sure, module)
    drawn = surface(ask, dots, steps_in(title, index), size, reach)
    ctx.preview(drawn)
    return [drawn]


def _sure(module: Any, places: torch.Tensor) -> torch.Tensor:
    return module[PART](places).sigmoid()


def of_class(points: Points, labels: list[int], *, filled: bool) -> list[Dots]:
    """The points of each class in its colour."""
    every = batch_of.function(points, 0, len(points.samples), 0, labels)
    assert every.labels is not None
    places = every.samples[:, :, 0, 0]
    return [
        Dots(places[every.labels == which], colour, 2.6, filled) for which, colour in enumerate((FIRST, DATA))
    ]


def check_classifier(state: TrainState) -> None:
    """Tell whether a state is of a classifier of points.

    Raises:
        PointsRefused: It is of something else.
    """
    parts = json.loads(state.config)
    if PART not in parts:
        cure = "Link what began with points.classifier_start."
        raise PointsRefused(f"expected the state of a classifier of points, got {', '.join(parts)}. {cure}")
