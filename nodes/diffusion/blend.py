"""Latents between latents: mixed, walked through, added; noise between two seeds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from engine import Rng, Seed, node
from engine.errors import ValueRefused
from nodes.diffusion.mask_cells import soft_cells
from nodes.values import F, Latent, Mask

if TYPE_CHECKING:
    import torch

Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=-100, le=100)]
Way = Literal["linear", "spherical"]


@node("latent.blend")
def blend(
    a: Latent[F], b: Latent[F], amount: Share = 0.5, mask: Mask | None = None, way: Way = "linear"
) -> Latent[F]:
    """Mix two latents of one size.

    Args:
        a: The first latent.
        b: The second latent.
        amount: 0 gives ``a``, 1 gives ``b``.
        mask: Where ``b`` comes in, at the size of the picture; a soft mask mixes softly. Everywhere without
            one.
        way: ``linear`` for clean latents; ``spherical`` for noise, which keeps its deviation so.
    """
    first, second = _alike(a, b)
    weight: float | torch.Tensor = amount
    if mask is not None:
        weight = amount * soft_cells(mask.pixels, first)
    return replace(_named(a, b), samples=between(first, second, weight, way))


@node("latent.interpolate")
def interpolate(
    a: Latent[F], b: Latent[F], count: Annotated[int, Field(ge=1, le=4096)] = 5, way: Way = "spherical"
) -> Latent[F]:
    """Walk from one latent to another in equal steps, as a batch; ``latent.unbatch`` makes it a list.

    Args:
        a: Where the walk begins: one picture.
        b: Where it ends: one picture.
        count: How many latents, with both ends; a single one is ``a``.
        way: ``linear`` for clean latents; ``spherical`` for noise, which keeps its deviation so.
    """
    import torch

    first, second = _alike(a, b)
    if len(first) != 1:
        raise ValueRefused("latents of one picture each (unbatch them first)", f"batches of {len(first)}")
    weights = torch.linspace(0, 1, count, dtype=first.dtype, device=first.device)
    shape = (count, *(1,) * (first.ndim - 1))
    return replace(_named(a, b), samples=between(first, second, weights.view(shape), way))


@node("latent.add")
def add(a: Latent[F], b: Latent[F], amount: Factor = 1.0) -> Latent[F]:
    """Add one latent to another: ``a`` + ``amount`` × ``b``.

    Args:
        a: The first latent.
        b: The second latent.
        amount: -1 subtracts ``b``.
    """
    first, second = _alike(a, b)
    return replace(_named(a, b), samples=first + amount * second)


@node("latent.multiply")
def multiply(latent: Latent[F], factor: Factor = 1.0) -> Latent[F]:
    """Multiply a latent by a number.

    Args:
        latent: The latent.
        factor: The number.
    """
    return replace(latent, samples=latent.samples * factor)


@node("latent.variation")
def variation(noise: Latent[F], seed: Seed = 0, strength: Share = 0.1) -> Latent[F]:
    """Lead noise towards that of another seed, for pictures that differ a little; it stays noise.

    Args:
        noise: Gaussian noise, as ``latent.noise`` draws it.
        seed: Seed of the noise that it is led to; equal seeds draw equal noise on every device.
        strength: 0 keeps the noise, 1 is the other seed's.
    """
    import torch

    samples = noise.samples
    other = torch.randn(samples.shape, generator=Rng.seeded(seed).generator(), dtype=samples.dtype)
    return replace(noise, samples=between(samples, other.to(samples.device), strength, "spherical"))


def between(a: torch.Tensor, b: torch.Tensor, weight: float | torch.Tensor, way: Way) -> torch.Tensor:
    """Samples between two.

    On the spherical way (Shoemake, SIGGRAPH 1985) the angle between the two whole latents grows evenly, so
    that independent noise keeps a deviation of 1; where there is no angle it is the line.

    Args:
        a: [B, ...], at a weight of 0.
        b: [B, ...], at a weight of 1.
        weight: 0..1, as a number or by cell, in a shape that fits ``a``.
        way: ``linear`` or ``spherical``.
    """
    import torch

    share = torch.as_tensor(weight, dtype=torch.float64, device=a.device)
    first, second = 1 - share, share
    if way == "spherical":
        units = [torch.nn.functional.normalize(one.double().flatten(1), dim=1) for one in (a, b)]
        angle = (units[0] * units[1]).sum(1).clamp(-1, 1).acos()
        bent = (angle.sin() > 1e-6) & units[0].any(1) & units[1].any(1)
        bent, angle = (one.view(-1, *(1,) * (a.ndim - 1)) for one in (bent, torch.where(bent, angle, 1.0)))
        first = torch.where(bent, ((1 - share) * angle).sin() / angle.sin(), first)
        second = torch.where(bent, (share * angle).sin() / angle.sin(), second)
    return first.to(a.dtype) * a + second.to(a.dtype) * b


def _alike(a: Latent[Any], b: Latent[Any]) -> tuple[torch.Tensor, torch.Tensor]:
    if a.samples.shape[1:] != b.samples.shape[1:] or len(a.samples) != len(b.samples):
        got = " and ".join(str(list(one.samples.shape)) for one in (a, b))
        raise ValueRefused("latents of one size (resize or repeat one of them first)", got)
    return a.samples, b.samples.to(a.samples)


def _named(a: Latent[F], b: Latent[F]) -> Latent[F]:
    return a if a.family else replace(a, family=b.family)
