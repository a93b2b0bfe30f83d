"""PyTorch's own generators, which all threads of the process draw from, as nodes run side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_lock = RLock()


@contextmanager
def process_generator(devices: Sequence[torch.device] = ()) -> Iterator[None]:
    """Let one block at a time seed PyTorch's generators; they are put back as they were.

    Args:
        devices: Graphics cards whose generators it seeds beside the CPU's.
    """
    import torch

    with _lock, torch.random.fork_rng(list(devices), device_type="cuda"):
        yield
