"""What the tests of models that work tile by tile share."""

from __future__ import annotations

from typing import Any

import torch

from engine.errors import Cancelled
from nodes.values import Image


class Listener:
    """A run that keeps what it is told, and is cancelled at one of the ticks.

    Attributes:
        told: Tiles done, and of how many.
        shown: The picture after each of them, where there are several.
    """

    device = "cpu"

    def __init__(self, ticks: int = 1000) -> None:
        self.told: list[tuple[float, float]] = []
        self.shown: list[Image] = []
        self._left = ticks

    def on_device(self, handle: Any) -> Any:
        raise AssertionError(f"no model is inside a value here, but {handle} was asked for")

    def tick(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Cancelled("enough")

    def progress(self, done: float, total: float) -> None:
        self.told.append((done, total))

    def preview(self, value: Any) -> None:
        self.shown.append(value())


def picture(*shape: int) -> Image:
    return Image(torch.rand(*shape, generator=torch.Generator().manual_seed(0)))
