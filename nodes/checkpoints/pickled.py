"""Loading the weights of a ``.ckpt``, ``.pth``, ``.pt`` or ``.bin``, so that nothing in it is run."""

from __future__ import annotations

import pickle
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from nodes.checkpoints.refusal import UNPICKLED, CheckpointRefused
from nodes.recognise.pickled import CURE, EXPECTED, read_tree

_allowing = Lock()
"""What torch may read is known to all threads: one changes it at a time."""


def load_pickled(path: Path, device: str = "cpu") -> Any:
    """Load what ``torch.save`` wrote: tensors in dicts and lists, and plain data.

    The recogniser looks at the file first: torch's own reader of plain weights ends the process when keys are
    nested deeply enough, unpacks archives to any size, and reads a TorchScript program's tensors.

    Args:
        path: The file.
        device: Where its tensors go; ``meta`` for their shapes alone.

    Returns:
        The tree, with a ``Leftover`` for each thing that a trainer left beside the weights. Its tensors are
        mapped from the file where its form allows.

    Raises:
        CheckpointRefused: It is cut short, or holds more than tensors and plain data.
    """
    leftovers = read_tree(path, path.name).leftovers
    import torch

    with path.open("rb") as file:
        mapped = file.read(4) == b"PK\x03\x04"
    try:
        with _standing_for(leftovers):
            return torch.load(path, map_location=device, weights_only=True, mmap=mapped)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, TypeError, LookupError) as error:
        got = UNPICKLED if isinstance(error, pickle.UnpicklingError) else str(error).partition("\n")[0]
        raise CheckpointRefused(path.name, EXPECTED, got, CURE) from error


@contextmanager
def _standing_for(leftovers: Collection[str]) -> Generator[None]:
    """Let torch read these names, and find a ``Leftover`` behind each."""
    if not leftovers:
        yield
        return
    import torch

    with _allowing, torch.serialization.safe_globals([(Leftover, name) for name in leftovers]):
        yield


class Leftover:
    """What stands in the place of a trainer's own things, such as the callbacks of PyTorch Lightning."""

    def __init__(self, *_: object) -> None: ...

    def __setstate__(self, _: object) -> None: ...
