"""Data that models learn from. Shapes: N samples, B batch, C channels, H height, W width."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pictures with captions or classes, addressed by index. The samples of a picture lie together.

    Attributes:
        pixels: uint8 [N, C, H, W], sRGB.
        first: int64 [pictures + 1]: the samples of picture p are first[p] up to first[p + 1]; one where
            pictures don't come in several versions, such as in other colours.
        captions: For each sample the captions that name it; the first is the primary one.
        tags: For each sample words that may follow its caption.
        names: Caption of each picture.
        labels: int64 [N]: the class of each sample; None where there are no classes.
        classes: Name of each class.
    """

    pixels: torch.Tensor
    first: torch.Tensor
    captions: list[list[str]]
    tags: list[list[str]]
    names: list[str]
    labels: torch.Tensor | None = None
    classes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Batch:
    """Some samples of a dataset, as networks take them.

    Attributes:
        samples: float32 [B, C, H, W], -1..1; or [B, D] for points.
        labels: int64 [B]: the class of each; None where there are no classes.
        captions: A caption of each; empty where there are none.
        targets: float32 [B, C, H, W], -1..1: what is to be made of each sample; None where that isn't asked.
    """

    samples: torch.Tensor
    labels: torch.Tensor | None = None
    captions: list[str] = field(default_factory=list[str])
    targets: torch.Tensor | None = None
