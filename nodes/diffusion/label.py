"""The number of a class in the place of a text."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.diffusion.extra import LABEL
from nodes.values import Cond, Conditioning


@node("conditioning.label")
def label(number: Annotated[int, Field(ge=-1, le=100_000)] = 0) -> Conditioning:
    """Name a class by its number, for models that were trained on classes in the place of texts.

    Args:
        number: Its place in the model's list of classes, such as ImageNet's 1,000: 207 is a golden retriever,
            985 a daisy. -1 stands for no class in particular, to stay away from what all have in common.
    """
    import torch

    return Conditioning([Cond(extra={LABEL: torch.tensor([number])})])


@node("conditioning.labels")
def labels(numbers: Annotated[list[int], Field(min_length=1)]) -> Conditioning:
    """Name a class for each picture of a batch, for models that were trained on classes.

    Args:
        numbers: Places in the model's list of classes; -1 stands for none in particular. A batch of twice as
            many pictures draws two of each, and so on.

    Raises:
        ValueRefused: A number is below -1.
    """
    import torch

    if min(numbers) < -1:
        raise ValueRefused("numbers of classes, or -1 for none", str(min(numbers)))
    return Conditioning([Cond(extra={LABEL: torch.tensor(numbers)})])
