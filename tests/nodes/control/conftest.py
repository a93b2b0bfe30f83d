from typing import Any

import pytest
import skimage.data
import torch

from engine import OnDevice
from engine.declare.handle import Handle
from nodes.values import Image
from tests.nodes.diffusion.conftest import folder, loaded

__all__ = ["coffee", "folder", "listener", "loaded"]


class Listener:
    """A run that keeps what it is told."""

    device = "cpu"

    def __init__(self) -> None:
        self.told: list[tuple[float, float]] = []

    def on_device(self, handle: Handle) -> OnDevice[Any]:
        raise NotImplementedError

    def tick(self) -> None:
        pass

    def progress(self, done: float, total: float) -> None:
        self.told.append((done, total))

    def preview(self, value: object) -> None:
        pass


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="session")
def coffee() -> Image:
    """A cup on a saucer on a table of wood, 400×600."""
    return Image(torch.from_numpy(skimage.data.coffee()).float()[None] / 255)
