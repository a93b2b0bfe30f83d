"""Points of the plane as latents, so that every scheduler steps them as it steps pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.errors import KnotworkError
from nodes.values import Latent

if TYPE_CHECKING:
    import torch

FAMILY = "points"
FLAT = (FAMILY, "autoencoder")
"""Families whose latents of two numbers are places in a plane."""
Points = Latent[Literal["points"]]
"""float32 [N, 2, 1, 1]: a batch of N points whose two channels are x and y, y upwards; each is one cell."""


class PointsRefused(KnotworkError):
    """Something else came where points of the plane were expected."""


def to_points(plane: torch.Tensor) -> Points:
    """Make a latent of points.

    Args:
        plane: [N, 2], x and y of each.
    """
    return Latent(plane.float()[:, :, None, None].contiguous(), FAMILY, 1)


def places(latent: Latent[Any]) -> torch.Tensor | None:
    """The places of points, [N, 2], in a latent of whatever family; None when it holds something else."""
    samples = latent.samples
    return samples[:, :, 0, 0] if latent.family in FLAT and samples.shape[1:] == (2, 1, 1) else None


def samples_of(points: Points) -> torch.Tensor:
    """The samples of a latent of points, [N, 2, 1, 1].

    Raises:
        PointsRefused: It holds pictures, or no points at all.
    """
    shape = tuple(points.samples.shape)
    if len(shape) != 4 or shape[0] == 0 or shape[1:] != (2, 1, 1):
        cure = "Link what points.shape or points.noise gives."
        raise PointsRefused(f"expected points as [N, 2, 1, 1] with N ≥ 1, got {list(shape)}. {cure}")
    return points.samples


def to_plane(points: Points) -> torch.Tensor:
    """Read the places of points.

    Returns:
        float32 [N, 2], on the CPU.

    Raises:
        PointsRefused: The latent holds pictures, or no points at all.
    """
    return samples_of(points)[:, :, 0, 0].float().cpu()
