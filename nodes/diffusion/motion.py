"""What Stable Video Diffusion is told: the picture as CLIP sees it, and how much is to move."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import Field

from engine import node
from nodes.diffusion.extra import MOTION, SEES
from nodes.families.stable_video_diffusion import FAMILY
from nodes.values import Cond, Conditioning, Embedding


class Told(NamedTuple):
    """Both conditionings.

    Attributes:
        positive: The picture.
        negative: No picture, but the same motion.
    """

    positive: Conditioning[Any]
    negative: Conditioning[Any]


@node("conditioning.motion", licence=FAMILY.licence)
def motion(
    picture: Embedding,
    fps: Annotated[int, Field(ge=1, le=30)] = 7,
    bucket: Annotated[int, Field(ge=0, le=255)] = 127,
    noise: Annotated[float, Field(ge=0, le=10)] = 0.02,
) -> Told:
    """Tell Stable Video Diffusion what to film, and how (Blattmann et al., arXiv 2311.15127).

    Args:
        picture: The first frame, from ``image.encode_clip`` that stretches.
        fps: Frames a second.
        bucket: How much moves: 127 is usual, more moves more.
        noise: Noise that was added to the first frame, as ``latent.picture_channels`` was told.
    """
    import torch

    rows = picture.vectors[:, None]
    told = torch.tensor([[fps - 1, bucket, noise]], dtype=rows.dtype).repeat(len(rows), 1)
    seen = Cond(rows, extra={MOTION: told, SEES: torch.ones(len(rows))})
    hidden = Cond(torch.zeros_like(rows), extra={MOTION: told, SEES: torch.zeros(len(rows))})
    return Told(*(Conditioning([one], "svd") for one in (seen, hidden)))
