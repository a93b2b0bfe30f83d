"""Reading the tensors of a checkpoint's file with no more memory than they take in the end.

A file's tensors are mapped from it: their bytes are in memory once they have been looked at, for as long as
any of them is used. Where they are turned into numbers of another size, the file is opened anew after each
few of them, so that what was looked at doesn't stay beside what was made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import is_zipfile

from nodes.checkpoints.pickled import load_pickled
from nodes.recognise.pickled import named

if TYPE_CHECKING:
    import torch

AT_ONCE = 2**26
"""Bytes that are turned into others before the file is opened anew."""


def read_tensors(
    path: Path, begins: tuple[str, ...] = ("",), dtype: torch.dtype | None = None
) -> dict[str, torch.Tensor]:
    """Read tensors by the names that the recogniser tells, whatever the format.

    Args:
        path: A ``.safetensors`` file, or a pickled one, of which nothing is run.
        begins: How their names begin.
        dtype: What floats are turned into; None = they stay as they are.

    Raises:
        CheckpointRefused: It is cut short, or holds more than tensors and plain data.
    """
    found: dict[str, torch.Tensor] = {}
    limit = AT_ONCE if path.suffix.lower() == ".safetensors" or is_zipfile(path) else inf
    while not _read_some(path, begins, dtype, limit, found):
        pass
    return found


def _read_some(
    path: Path,
    begins: tuple[str, ...],
    dtype: torch.dtype | None,
    limit: float,
    found: dict[str, torch.Tensor],
) -> bool:
    """Read up to a limit of bytes that are turned into others; whether nothing is left."""
    turned = 0
    with _opened(path) as (names, take):
        for name in names:
            if name in found or not name.startswith(begins):
                continue
            if turned >= limit:
                return False
            tensor = take(name)
            changes = dtype is not None and tensor.is_floating_point() and tensor.dtype != dtype
            turned += tensor.nbytes if changes else 0
            found[name] = tensor.to(dtype) if changes else tensor
    return True


@contextmanager
def _opened(path: Path) -> Generator[tuple[list[str], Callable[[str], torch.Tensor]]]:
    """The names in a file, and what takes a tensor out of it."""
    if path.suffix.lower() == ".safetensors":
        from safetensors import safe_open

        with safe_open(path, framework="pt") as file:
            yield list(file.keys()), file.get_tensor
    else:
        import torch

        tensors = dict(named(load_pickled(path), torch.Tensor))
        yield list(tensors), tensors.pop
