"""Pictures that were made some steps ago, so that a discriminator doesn't forget what it once saw through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from engine import Rng, Seed, node

if TYPE_CHECKING:
    import torch

FRESH = 0.5
"""Share of the pictures that are passed on as they come, once the pool is full."""


@dataclass(frozen=True, slots=True)
class PicturePool:
    """What was made in earlier steps (Shrivastava et al. 2016, arXiv 1612.07828, section 2.3).

    Attributes:
        size: Pictures of each kind at most.
        rng: Generator of its draws.
        a: float32 [N, C, H, W], -1..1: pictures of the one kind; None before the first.
        b: Those of the other.
    """

    size: int
    rng: Rng
    a: torch.Tensor | None = None
    b: torch.Tensor | None = None


@node("gan.pool")
def pool(size: Annotated[int, Field(ge=1, le=10_000)] = 50, seed: Seed = 0) -> PicturePool:
    """An empty pool of pictures, which the training of CycleGAN fills and carries along.

    Args:
        size: Pictures of each kind at most; 50 in the paper.
        seed: Seed of which pictures are exchanged.
    """
    return PicturePool(size, Rng.seeded(seed))


def exchanged(
    kept: torch.Tensor | None, made: torch.Tensor, size: int, rng: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Put pictures into a pool, and take as many out.

    While there is room each picture is kept and given back. Then half are given back only, and the others
    take the place of a kept one, which is given instead.

    Args:
        kept: [N, C, H, W], N <= size; changed in place.
        made: [B, C, H, W].
        size: How many are kept at most.
        rng: Source of the draws.

    Returns:
        What is kept now, and what is given, [B, C, H, W].
    """
    import torch

    kept = made[:0] if kept is None else kept
    room = max(size - len(kept), 0)
    kept = torch.cat([kept, made[:room]]) if room else kept
    given = made.clone()
    for place in range(room, len(made)):
        if torch.rand((), generator=rng) < FRESH:
            continue
        chosen = int(torch.randint(size, (), generator=rng))
        given[place] = kept[chosen]
        kept[chosen] = made[place]
    return kept, given
