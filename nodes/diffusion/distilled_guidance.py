"""Guidance that a distilled model is told as a number, so that a negative text can have one of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from nodes.diffusion.extra import GUIDANCE
from nodes.values import Conditioning, F


@node("conditioning.guidance")
def tell(
    conditioning: Conditioning[F], guidance: Annotated[float, Field(ge=0, le=100)] = 3.5
) -> Conditioning[F]:
    """Tell a model that was distilled with guidance, such as FLUX.1 [dev], how strongly to follow the text.

    The guidance of the sampler is then free for a negative text: above 1 the model is asked about that, too,
    at the cost of a second call each turn ("true CFG").

    Args:
        conditioning: What to draw.
        guidance: How strongly to follow it.
    """
    import torch

    told = [
        replace(item, extra={**item.extra, GUIDANCE: torch.full([len(item.text())], guidance)})
        for item in conditioning.items
    ]
    return replace(conditioning, items=told)
