"""Networks that draw noise as they compute (AuraSR, GFPGAN), and yet give equal bytes for equal pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def same_noise(device: str) -> Iterator[None]:
    """Let what torch draws in the block be the same each time, and no other for what comes after it.

    Args:
        device: Where the network computes, as torch names it.
    """
    import torch

    with torch.random.fork_rng([device] if device.startswith("cuda") else []):
        torch.manual_seed(0)
        yield
