"""Pictures back into latent space: noise is moved until a generator makes the pictures of it.

Gradient descent on the noise, as Lipton and Tripathi 2017 (arXiv 1702.04782) do, with what a discriminator
sees beside the pixels, as Larsen et al. 2016 (arXiv 1512.09300) compare pictures. The noise is the only
weight of a TrainState, so that a loop shows, pauses and resumes a projection as it does a training.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import OnDevice, Owned, Rng, Seed, node
from nodes.gan.generate import FAMILY, numbers_of, told
from nodes.gan.score import signal
from nodes.gan.training import GanRefused
from nodes.gan.values import Discriminator, Generator, Noise
from nodes.train.state import Tensors, advance, fresh
from nodes.train.values import Recipe, TrainState
from nodes.values import Image, Latent

if TYPE_CHECKING:
    import torch

NAME = "noise"
VECTORS = f"{NAME}.vectors"
AT_ONCE = 256
Weight = Annotated[float, Field(ge=0, le=100)]


class ProjectionStep(NamedTuple):
    """One step towards pictures.

    Attributes:
        state: The state after it.
        loss: The loss before it.
        difference: How far the pixels were from the pictures before it: root mean square, 0..1.
    """

    state: TrainState
    loss: float
    difference: float


@node("gan.projection_start")
def projection_start(
    generator: OnDevice[Generator[Any]],
    image: Image,
    labels: list[int] | None = None,
    candidates: Annotated[int, Field(ge=1, le=65_536)] = 64,
    seed: Seed = 0,
) -> TrainState:
    """Choose the noise to begin with: of some draws, for each picture that whose picture comes nearest.

    Args:
        generator: Makes pictures out of noise.
        image: The pictures that it shall make, of its size.
        labels: Class of each, or one of all, for a generator that is told classes.
        candidates: Draws for each picture. More find a better place to begin at.
        seed: Seed of the draws.

    Raises:
        GanRefused: The generator takes no noise, or pictures or labels don't fit.
    """
    import torch

    module = generator.model
    rng = Rng.seeded(seed).generator()
    classes = told(module, labels, len(image.pixels), generator.device)
    chosen: list[torch.Tensor] = []
    for place, wanted in enumerate(_targets(module, image).split(1)):
        noise = torch.randn(candidates, numbers_of(module), 1, 1, generator=rng)
        label = None if classes is None else classes[place]
        chosen.append(noise[_nearest(module, noise, wanted, label, generator.device)])
    vectors = torch.stack(chosen)
    sizes = {"_class_name": "NoiseVectors", "count": len(vectors), "numbers": vectors.shape[1]}
    return fresh(json.dumps({NAME: sizes}, sort_keys=True), {VECTORS: vectors}, seed)


@node("gan.projection_step")
def projection_step(
    state: Owned[TrainState],
    generator: OnDevice[Generator[Any]],
    image: Image,
    recipe: Recipe,
    discriminator: OnDevice[Discriminator[Any]] | None = None,
    labels: list[int] | None = None,
    perceptual: Weight = 1.0,
    prior: Weight = 0.01,
) -> ProjectionStep:
    """Move noise a step towards the noise that pictures are made of.

    Args:
        state: From gan.projection_start; changed in place.
        generator: Makes pictures out of noise.
        image: The pictures that it shall make.
        recipe: How the noise is moved; Adam at a rate of 0.05 or so.
        discriminator: What it sees in pictures is compared, too; without one, pixels alone are.
        labels: Class of each picture, or one of all, for networks that are told classes.
        perceptual: Weight of what the discriminator sees.
        prior: Weight of the square of the noise, which keeps it where a generator was trained.

    Raises:
        GanRefused: The state is of something else, or pictures or labels don't fit.
    """
    import torch

    vectors_of(state)
    wanted = _targets(generator.model, image)
    classes = told(generator.model, labels, len(wanted), "cpu")

    def draw(rng: torch.Generator) -> Tensors:
        given = torch.zeros(len(wanted), dtype=torch.int64) if classes is None else classes
        return torch.arange(len(wanted)), wanted, given

    judge = None if discriminator is None or not perceptual else discriminator.model
    loss = partial(projection_loss, generator.model, judge, generator.device, perceptual, prior)
    state, (lost, squared) = advance(state, draw, loss, recipe)
    return ProjectionStep(state, lost, squared**0.5 / 2)


def projection_loss(
    generator: Any,
    judge: Any,
    device: Any,
    perceptual: float,
    prior: float,
    module: Any,
    places: torch.Tensor,
    wanted: torch.Tensor,
    labels: torch.Tensor,
) -> torch.Tensor:
    """What is moved down: squared differences of pixels and of features, and the noise; then the pixels'."""
    import torch

    noise = module[NAME].vectors[places].to(device)
    wanted, labels = wanted.to(device), labels.to(device)
    made = generator(noise, labels)
    pixels = (made - wanted).square().mean()
    loss = pixels + prior * noise.square().mean()
    if judge is not None:
        with torch.no_grad():
            seen = judge.features(wanted, labels)
        pairs = zip(judge.features(made, labels), seen, strict=True)
        # each level by its own size, for they differ by far
        distances = [(one - two).square().mean() / two.square().mean().clamp(min=1e-6) for one, two in pairs]
        loss = loss + perceptual * torch.stack(distances).mean()
    return torch.stack([loss, pixels]).cpu()


@node("gan.projected")
def projected(state: TrainState) -> Noise:
    """Take the noise out of a projection.

    Args:
        state: The state of a projection.

    Raises:
        GanRefused: The state is of something else.
    """
    return Latent(vectors_of(state).clone(), FAMILY, 1)


def vectors_of(state: TrainState) -> torch.Tensor:
    """The noise in a state, [B, N, 1, 1].

    Raises:
        GanRefused: The state is of something else.
    """
    if VECTORS not in state.params:
        got = ", ".join(json.loads(state.config))
        cure = "Link what began with gan.projection_start."
        raise GanRefused(f"expected the state of a projection, got {got}. {cure}")
    return state.params[VECTORS].detach()


def _targets(generator: Any, image: Image) -> torch.Tensor:
    """Pictures as a generator makes them, [B, C, size, size], -1..1."""
    numbers_of(generator)
    return signal(generator, image)


def _nearest(
    module: Any, noise: torch.Tensor, wanted: torch.Tensor, label: torch.Tensor | None, device: Any
) -> int:
    """Which vector's picture is nearest to the one that is wanted."""
    import torch

    distances: list[torch.Tensor] = []
    for some in noise.split(AT_ONCE):
        with torch.no_grad():
            made = module(some.to(device), None if label is None else label.expand(len(some)))
        distances.append((made.cpu() - wanted).square().mean((1, 2, 3)))
    return int(torch.cat(distances).argmin())
