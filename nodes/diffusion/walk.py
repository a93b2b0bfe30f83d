"""Latents as places in a space: their middle, ways through several of them, and the middle region."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import Rng, Seed, node
from engine.errors import ValueRefused
from nodes.diffusion.blend import Way, between
from nodes.values import F, Latent

if TYPE_CHECKING:
    import torch


@node("latent.average")
def average(latent: Latent[F]) -> Latent[F]:
    """Take the mean of a batch: what its latents have in common.

    Args:
        latent: The batch.
    """
    return replace(latent, samples=latent.samples.mean(0, keepdim=True))


@node("latent.walk")
def walk(
    latent: Latent[F],
    count: Annotated[int, Field(ge=1, le=4096)] = 48,
    closed: bool = True,
    way: Way = "spherical",
) -> Latent[F]:
    """Walk through the latents of a batch in equal steps, each of which is passed on the way.

    Args:
        latent: Where the way leads along; a single one is stood on.
        count: How many latents the result has, spread evenly over the way.
        closed: Go back to the first at the end, so that a film of the way can be shown in a circle: the step
            after the last leads to the first. Otherwise the last latent is the last of the batch.
        way: ``linear`` for clean latents; ``spherical`` for noise, which keeps its deviation so.
    """
    import torch

    keys = latent.samples
    places = torch.linspace(0, len(keys) if closed else len(keys) - 1, count + closed, dtype=torch.float64)
    places = places[:count]
    before = places.floor().long().clamp(max=len(keys) - 1)
    after = (before + 1) % len(keys) if closed else (before + 1).clamp(max=len(keys) - 1)
    weights = (places - before).view(-1, *(1,) * (keys.ndim - 1)).to(keys.device)
    return replace(latent, samples=between(keys[before], keys[after], weights, way))


@node("latent.truncate")
def truncate(
    latent: Latent[F],
    amount: Annotated[float, Field(ge=0, le=1)] = 0.7,
    middle: Latent[F] | None = None,
) -> Latent[F]:
    """Draw latents towards the middle, where what a model makes is better and more alike.

    The truncation of Karras et al. 2018 (arXiv 1812.04948), appendix B.

    Args:
        latent: The latents.
        amount: The share of the way from the middle that is left: 1 changes nothing, 0 gives the middle.
        middle: One latent, such as the average of many; 0 without one.
    """
    samples = latent.samples
    if middle is None:
        return replace(latent, samples=samples * amount)
    centre = middle.samples.to(samples)
    if len(centre) != 1 or centre.shape[1:] != samples.shape[1:]:
        got = str(list(centre.shape))
        raise ValueRefused(f"a middle of shape {[1, *samples.shape[1:]]} (average a batch)", got)
    return replace(latent, samples=centre + amount * (samples - centre))


@node("latent.redraw")
def redraw(
    noise: Latent[F],
    limit: Annotated[float, Field(gt=0, le=10)] = 1.0,
    seed: Seed = 0,
) -> Latent[F]:
    """Draw anew the numbers of Gaussian noise that are far from 0, from those that are not.

    The truncation of Brock et al. 2018 (arXiv 1809.11096), section 3.1: a smaller limit gives better pictures
    that differ less.

    Args:
        noise: Gaussian noise of mean 0 and deviation 1; numbers within the limit stay.
        limit: The largest absolute value.
        seed: Seed of the new numbers.
    """
    import torch

    samples = noise.samples
    fresh = within(limit, samples.shape, Rng.seeded(seed).generator()).to(samples)
    return replace(noise, samples=torch.where(samples.abs() <= limit, samples, fresh))


def within(limit: float, shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    """Draw from the standard normal distribution between -limit and limit, by its inverse."""
    import torch

    reach = torch.erf(torch.tensor(limit / 2**0.5, dtype=torch.float64))
    even = torch.rand(shape, generator=generator, dtype=torch.float64) * 2 - 1
    return (torch.erfinv(even * reach) * 2**0.5).clamp(-limit, limit).float()
