"""A picture that a model drew, as another one that draws it larger takes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from nodes.values import F, Latent

Side = Annotated[int, Field(ge=8, le=16384)]


@node("diffusion.enlarge_drawn")
def enlarge_drawn(latent: Latent[F], width: Side = 256, height: Side = 256) -> Latent[F]:
    """Enlarge drawn pixels, cut off at -1 and 1, for the channels of a model that draws them anew: unCLIP's.

    Args:
        latent: The clean latent of a model that draws pixels.
        width: Width in pixels, as the larger model was trained.
        height: Height in pixels.
    """
    import torch

    larger = torch.nn.functional.interpolate(
        latent.samples.clamp(-1, 1), (height, width), mode="bicubic", align_corners=False, antialias=True
    )
    return replace(latent, samples=larger.contiguous())
