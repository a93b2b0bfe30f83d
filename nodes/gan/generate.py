"""Pictures out of noise by a generator, and how real a discriminator finds pictures."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field

from engine import OnDevice, Rng, Seed, node
from nodes.gan.training import DISCRIMINATOR, GENERATOR, part
from nodes.gan.values import Discriminator, Generator, Noise
from nodes.train.trained import trained
from nodes.train.values import TrainState
from nodes.values import Image, Latent

FAMILY = "gan"


class Drawn(NamedTuple):
    """Noise to start from.

    Attributes:
        noise: Gaussian noise of mean 0 and deviation 1.
        rng: The generator after the draw.
    """

    noise: Noise
    rng: Rng


@node("gan.noise")
def noise(
    count: Annotated[int, Field(ge=1, le=4096)] = 16,
    numbers: Annotated[int, Field(ge=1, le=1024)] = 64,
    seed: Seed = 0,
) -> Drawn:
    """Draw the noise that a generator makes pictures of, a vector for each.

    Args:
        count: How many vectors.
        numbers: Numbers in each: as many as the generator was trained with.
        seed: Equal seeds draw equal noise.
    """
    import torch

    generator = Rng.seeded(seed).generator()
    drawn = torch.randn(count, numbers, 1, 1, generator=generator)
    return Drawn(Latent(drawn, FAMILY, 1), Rng.of(generator))


@node("gan.generator")
def generator(state: TrainState) -> Generator[Any]:
    """Take the generator out of a training run, with its averaged weights, to use it or to keep it as a file.

    Args:
        state: The state of a generator.

    Raises:
        GanRefused: The state is of another network.
    """
    part(state, GENERATOR)
    return trained(Generator, state, GENERATOR)


@node("gan.discriminator")
def discriminator(state: TrainState) -> Discriminator[Any]:
    """Take the discriminator out of a training run, with its averaged weights.

    Args:
        state: The state of a discriminator.

    Raises:
        GanRefused: The state is of another network.
    """
    part(state, DISCRIMINATOR)
    return trained(Discriminator, state, DISCRIMINATOR)


@node("gan.generate")
def generate(
    generator: OnDevice[Generator[Any]],
    noise: Noise,
    labels: list[int] | None = None,
) -> Image:
    """Make a picture of each noise vector.

    Args:
        generator: A generator.
        noise: Its noise.
        labels: Class of each picture, for a generator that is told classes; without any, all in turn.

    Raises:
        GanRefused: Noise or labels don't fit the generator.
    """
    import torch

    module = generator.model
    samples = noise.samples.to(generator.device)
    told = None
    if module.classes:
        given = labels or [place % module.classes for place in range(len(samples))]
        told = torch.tensor(given, device=samples.device)
    with torch.no_grad():
        made = module(samples, told)
    pixels = (made.float().cpu() / 2 + 0.5).clamp(0, 1)
    return Image(pixels.permute(0, 2, 3, 1).contiguous())
