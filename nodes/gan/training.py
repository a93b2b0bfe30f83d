"""Training of a generator against a discriminator (Goodfellow et al. 2014, arXiv 1406.2661), step by step.

The two are states of their own, moved in turn by two nodes: first the discriminator learns to tell a batch of
data from what the generator makes, then the generator learns to make what the discriminator takes for data.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from engine import Owned, Seed, node
from engine.errors import KnotworkError
from nodes.data.values import Batch
from nodes.train.saved import Saved, start_of
from nodes.train.state import Tensors, TrainStep, advance, only_read
from nodes.train.values import Recipe, TrainState

if TYPE_CHECKING:
    import torch

GENERATOR, DISCRIMINATOR = "generator", "discriminator"
RANGES = 20
"""Into which scores are sorted, to be drawn over a training."""
Size = Annotated[Literal[8, 16, 32, 64, 128, 256], Field()]
Width = Annotated[int, Field(ge=1, le=512)]
Classes = Annotated[int, Field(ge=0, le=10_000)]
Smoothing = Annotated[float, Field(ge=0, lt=0.5)]
Penalty = Annotated[float, Field(ge=0, le=1000)]


class GanRefused(KnotworkError):
    """Something else came where a generator or a discriminator was expected."""


class DiscriminatorStep(NamedTuple):
    """One step of the discriminator.

    Attributes:
        state: The state after it.
        loss: The loss before it.
        accuracy: Share of real and made samples that it told right, before the step; 0.5 = it can't tell.
        real: Mean score that it gave the real ones: the probability of being real.
        made: Mean score that it gave the made ones.
        real_scores: Share of the real ones with a score in each of 20 equal ranges from 0 to 1.
        made_scores: The same of the made ones.
    """

    state: TrainState
    loss: float
    accuracy: float
    real: float
    made: float
    real_scores: list[float]
    made_scores: list[float]


@node("gan.generator_start")
def generator_start(
    size: Size = 32,
    channels: Literal[1, 3] = 1,
    noise: Annotated[int, Field(ge=1, le=1024)] = 64,
    width: Width = 32,
    classes: Classes = 0,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """A DCGAN generator ready to be trained: fresh, or going on from a saved state.

    Args:
        size: Pixels along a side of its pictures.
        channels: Channels of its pictures: 1 = grey, 3 = colour.
        noise: Numbers of the noise that it starts from.
        width: Channels before its last layer; each layer before has twice as many.
        classes: Classes that it is told, for a conditional GAN; 0 = it is told nothing.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own sizes.
    """
    sizes = {"size": size, "channels": channels, "noise": noise, "width": width, "classes": classes}
    return start_of({GENERATOR: {"_class_name": "DCGANGenerator", **sizes}}, seed, file)


@node("gan.discriminator_start")
def discriminator_start(
    size: Size = 32,
    channels: Literal[1, 3] = 1,
    width: Width = 32,
    classes: Classes = 0,
    seed: Seed = 0,
    file: Saved | None = None,
) -> TrainState:
    """A DCGAN discriminator ready to be trained: fresh, or going on from a saved state.

    Args:
        size: Pixels along a side of the pictures.
        channels: Channels of the pictures: 1 = grey, 3 = colour.
        width: Channels after its first layer; each layer after has twice as many.
        classes: Classes that it is told, for a conditional GAN; 0 = it is told nothing.
        seed: Seed of the weights and of the training.
        file: State of an earlier run that began with this node, to go on from; it brings its own sizes.
    """
    sizes = {"size": size, "channels": channels, "width": width, "classes": classes}
    return start_of({DISCRIMINATOR: {"_class_name": "DCGANDiscriminator", **sizes}}, seed, file)


@node("gan.discriminator_step")
def discriminator_step(
    discriminator: Owned[TrainState],
    generator: TrainState,
    batch: Batch,
    recipe: Recipe,
    smoothing: Smoothing = 0.0,
    penalty: Penalty = 0.0,
) -> DiscriminatorStep:
    """Train the discriminator on real samples and as many made ones.

    Args:
        discriminator: Its weights and optimiser; changed in place.
        generator: Makes the samples; it stays as it is.
        batch: Real samples.
        recipe: How the weights are moved.
        smoothing: How far below 1 the real samples are to be scored (Salimans et al. 2016, arXiv 1606.03498,
            section 3.4), so that the discriminator isn't too sure of itself.
        penalty: Weight of the penalty on steep scores: half the mean square of their gradient at real samples
            (R1, Mescheder et al. 2018, arXiv 1801.04406), with which the two come to rest. It costs about
            half a step more.

    Raises:
        GanRefused: One of the states is of another network, or is told classes that the batch doesn't have.
    """
    sizes = part(generator, GENERATOR)
    labels = classes_of(batch, sizes, part(discriminator, DISCRIMINATOR))
    maker: Any = only_read(generator)

    def draw(rng: torch.Generator) -> Tensors:
        return batch.samples, noise_for(sizes, len(batch.samples), rng), *labels

    loss = partial(discriminator_loss, maker[GENERATOR], smoothing, penalty)
    state, (lost, accuracy, real, made, *shares) = advance(discriminator, draw, loss, recipe)
    return DiscriminatorStep(state, lost, accuracy, real, made, shares[:RANGES], shares[RANGES:])


def discriminator_loss(
    generator: Any,
    smoothing: float,
    penalty: float,
    module: Any,
    samples: torch.Tensor,
    noise: torch.Tensor,
    labels: torch.Tensor | None = None,
) -> torch.Tensor:
    """Cross entropy of telling real from made, and the penalty; then accuracy, mean scores and shares."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as entropy

    with torch.no_grad():
        drawn = generator(noise, labels)
    # Each kind in a batch of its own, so that normalisation doesn't mix them.
    samples = samples.detach().requires_grad_(penalty > 0)
    real, made = module[DISCRIMINATOR](samples, labels), module[DISCRIMINATOR](drawn, labels)
    loss = entropy(real, torch.full_like(real, 1 - smoothing)) + entropy(made, torch.zeros_like(made))
    if penalty:
        loss = loss + penalty / 2 * steepness(real, samples)
    told_right = ((real > 0).float().mean() + (made <= 0).float().mean()) / 2
    scores = real.detach().sigmoid(), made.detach().sigmoid()
    means = torch.stack([loss, told_right, *(one.mean() for one in scores)])
    return torch.cat([means, *(spread(one) for one in scores)])


def steepness(scores: torch.Tensor, samples: torch.Tensor) -> torch.Tensor:
    """Mean square of the gradient by which each of the samples changes its score."""
    import torch

    (slopes,) = torch.autograd.grad(scores.sum(), samples, create_graph=True)
    return slopes.square().flatten(1).sum(1).mean()


def spread(scores: torch.Tensor) -> torch.Tensor:
    """The share of scores in each of the equal ranges from 0 to 1, [RANGES]."""
    import torch

    return torch.histc(scores.float(), RANGES, 0, 1) / len(scores)


@node("gan.generator_step")
def generator_step(
    generator: Owned[TrainState], discriminator: TrainState, batch: Batch, recipe: Recipe
) -> TrainStep:
    """Train the generator to make what the discriminator takes for real.

    Args:
        generator: Its weights and optimiser; changed in place.
        discriminator: Judges the samples; it stays as it is.
        batch: How many samples to make, and of which classes; the samples themselves aren't looked at.
        recipe: How the weights are moved.

    Raises:
        GanRefused: One of the states is of another network, or is told classes that the batch doesn't have.
    """
    sizes = part(generator, GENERATOR)
    labels = classes_of(batch, sizes, part(discriminator, DISCRIMINATOR))
    judge: Any = only_read(discriminator)

    def draw(rng: torch.Generator) -> Tensors:
        return noise_for(sizes, len(batch.samples), rng), *labels

    loss = partial(generator_loss, judge[DISCRIMINATOR])
    state, (lost,) = advance(generator, draw, loss, recipe)
    return TrainStep(state, lost)


def generator_loss(
    discriminator: Any, module: Any, noise: torch.Tensor, labels: torch.Tensor | None = None
) -> torch.Tensor:
    """How surely the discriminator sees through what is made: the loss that doesn't saturate."""
    from torch.nn.functional import softplus

    return softplus(-discriminator(module[GENERATOR](noise, labels), labels)).mean()


def part(state: TrainState, name: str, start: str = "") -> dict[str, Any]:
    """Read the sizes of a network in a state.

    Args:
        state: The state.
        name: The network's name in it.
        start: The node that begins such a state; by itself the one of DCGAN's that is called by the name.

    Raises:
        GanRefused: The state is of another network.
    """
    parts = json.loads(state.config)
    if name not in parts:
        expected = f"expected the state of a {name.replace('_', ' ')}, got {', '.join(parts)}"
        raise GanRefused(f"{expected}. Link what began with {start or f'gan.{name}_start'}.")
    return parts[name]


def classes_of(batch: Batch, *networks: dict[str, Any]) -> Tensors:
    """The class of each sample, as what a step draws beside the samples; nothing where the batch has none.

    Raises:
        GanRefused: It has none, but one of the networks, of which these are the sizes, is told classes.
    """
    if batch.labels is None and any(sizes.get("classes") for sizes in networks):
        cure = "Take data with classes, such as data.digits, or begin with 0 classes."
        raise GanRefused(f"expected a batch with classes, got one without. {cure}")
    return () if batch.labels is None else (batch.labels,)


def noise_for(sizes: dict[str, Any], count: int, rng: torch.Generator) -> torch.Tensor:
    """Draw noise for a generator, [count, noise, 1, 1]."""
    import torch

    return torch.randn(count, sizes["noise"], 1, 1, generator=rng)
