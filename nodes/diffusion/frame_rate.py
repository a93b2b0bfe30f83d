"""How fast a film is to move, for the models that are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from nodes.diffusion.extra import RATE
from nodes.families.ltx import FAMILY
from nodes.values import Cond, Conditioning, F


@node("conditioning.frame_rate", licence=FAMILY.licence)
def frame_rate(
    conditioning: Conditioning[F], fps: Annotated[float, Field(gt=0, le=1000)] = 25.0
) -> Conditioning[F]:
    """Tell LTX-Video how many frames a second has; without this it thinks of 25.

    Args:
        conditioning: A text's; what the positive one is told, the negative one is told, too.
        fps: Frames a second.
    """
    import torch

    def told(cond: Cond) -> Cond:
        rate = torch.full((len(cond.text()),), fps, dtype=torch.float64)
        return replace(cond, extra={**cond.extra, RATE: rate})

    return replace(conditioning, items=[told(cond) for cond in conditioning.items])
