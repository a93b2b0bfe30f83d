"""The number of a class in the place of a text."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from nodes.diffusion.extra import LABEL
from nodes.families.dit import FAMILY
from nodes.values import Cond, Conditioning


@node("conditioning.label", licence=FAMILY.licence)
def label(number: Annotated[int, Field(ge=-1, le=100_000)] = 0) -> Conditioning:
    """Name a class by its number, for models that were trained on classes in the place of texts.

    Args:
        number: Its place in the model's list of classes, such as ImageNet's 1,000: 207 is a golden retriever,
            985 a daisy. -1 stands for no class in particular, to stay away from what all have in common.
    """
    import torch

    return Conditioning([Cond(extra={LABEL: torch.tensor([number])})])
