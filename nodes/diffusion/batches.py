"""Latents gathered into batches, which a model works on at once, and taken apart."""

from __future__ import annotations

from dataclasses import replace

from engine import node
from engine.errors import ValueRefused
from nodes.diffusion.latent import Batch
from nodes.values import F, Latent


@node("latent.batch")
def batch(latents: list[Latent[F]]) -> Latent[F]:
    """Gather latents of one size into a batch.

    Args:
        latents: The latents, or batches of them.
    """
    import torch

    if not latents:
        raise ValueRefused("a list with latents", "an empty one")
    sizes = dict.fromkeys(str(list(latent.samples.shape[1:])) for latent in latents)
    if len(sizes) > 1:
        raise ValueRefused("latents of one size (resize them first)", ", ".join(sizes))
    family = next((latent.family for latent in latents if latent.family), "")
    like = latents[0].samples
    samples = torch.cat([latent.samples.to(like) for latent in latents])
    return replace(latents[0], samples=samples, family=family)


@node("latent.unbatch")
def unbatch(latent: Latent[F]) -> list[Latent[F]]:
    """Take a batch apart into a list of single latents.

    Args:
        latent: The batch.
    """
    return [replace(latent, samples=samples.contiguous()) for samples in latent.samples.split(1)]


@node("latent.repeat")
def repeat(latent: Latent[F], count: Batch = 2) -> Latent[F]:
    """Make a batch that holds a latent several times, each of a batch beside its copies.

    Args:
        latent: The latent.
        count: How many times.
    """
    return replace(latent, samples=latent.samples.repeat_interleave(count, dim=0))
