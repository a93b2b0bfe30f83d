"""Pictures out of noise by a generator, and how real a discriminator finds pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from engine import OnDevice, Rng, Seed, node
from engine.errors import ValueRefused
from nodes.gan.training import DISCRIMINATOR, GENERATOR, GanRefused, part
from nodes.gan.values import Discriminator, Generator, Noise
from nodes.train.trained import trained
from nodes.train.values import TrainState
from nodes.values import Image, Latent

if TYPE_CHECKING:
    import torch

FAMILY = "gan"
Numbers = Annotated[int, Field(ge=1, le=1024)]


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
    numbers: Numbers = 64,
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


@node("gan.noise_of_seeds")
def noise_of_seeds(seeds: list[int], numbers: Numbers = 64) -> Noise:
    """Draw a noise vector for each of some seeds: those of pictures that were liked.

    Args:
        seeds: A seed for each vector; it is the one that gan.noise draws alone with this seed.
        numbers: Numbers in each: as many as the generator was trained with.

    Raises:
        ValueRefused: There are no seeds.
    """
    import torch

    if not seeds:
        raise ValueRefused("a list with seeds", "an empty one")
    drawn = [noise(1, numbers, seed).noise.samples for seed in seeds]
    return Latent(torch.cat(drawn), FAMILY, 1)


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
        labels: Class of each picture, or one of all, for a generator that is told classes; without any, they
            come in turn.

    Raises:
        GanRefused: Noise or labels don't fit the generator.
    """
    import torch

    module = generator.model
    samples = fitting(module, noise.samples).to(generator.device)
    with torch.no_grad():
        made = module(samples, told(module, labels, len(samples), generator.device))
    pixels = (made.float().cpu() / 2 + 0.5).clamp(0, 1)
    return Image(pixels.permute(0, 2, 3, 1).contiguous())


def fitting(module: Any, noise: torch.Tensor) -> torch.Tensor:
    """The noise itself, where it is what a generator takes.

    Raises:
        GanRefused: It is not, or the generator takes no noise.
    """
    numbers = numbers_of(module)
    if noise.shape[1:] != (numbers, 1, 1):
        got = "×".join(map(str, noise.shape[1:]))
        raise GanRefused(f"expected noise of {numbers} numbers, got {got}. Set numbers of gan.noise.")
    return noise


def numbers_of(generator: Any) -> int:
    """How many numbers a generator takes as noise.

    Raises:
        GanRefused: It takes none.
    """
    numbers = getattr(generator, "noise", 0)
    if not numbers:
        got = type(generator).__name__
        raise GanRefused(f"expected a generator that takes noise, got {got}. Link load.generator.")
    return numbers


def told(module: Any, labels: list[int] | None, count: int, device: Any) -> torch.Tensor | None:
    """The classes that a network is told, int64 [count]; None where it is told nothing.

    Args:
        module: A generator or a discriminator.
        labels: Class of each picture, or one of all; without any, all classes in turn.
        count: Number of pictures.
        device: Where the network is.

    Raises:
        GanRefused: They are too few or too many, or there is no such class.
    """
    import torch

    if not module.classes:
        return None
    given = labels or [place % module.classes for place in range(count)]
    given = given * count if len(given) == 1 else given
    if len(given) != count:
        raise GanRefused(f"expected a label for each of {count} pictures, got {len(given)}.")
    if wrong := [label for label in given if not 0 <= label < module.classes]:
        raise GanRefused(f"expected labels from 0 to {module.classes - 1}, got {wrong[0]}.")
    return torch.tensor(given, device=device)
