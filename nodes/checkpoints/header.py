"""The header of a safetensors file: names, kinds and shapes of its tensors, without reading one of them.

The format: eight bytes with the header's size, the header as JSON, then the tensors' bytes
(https://huggingface.co/docs/safetensors).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from nodes.checkpoints.refusal import CheckpointRefused

LARGEST = 100 * 2**20
"""Bytes of header beyond which the safetensors library refuses a file, too."""


class Entry(NamedTuple):
    """One tensor of a file.

    Attributes:
        dtype: As safetensors names it, such as ``F16``.
        shape: Its shape.
    """

    dtype: str
    shape: tuple[int, ...]


def read_header(path: Path, place: str) -> dict[str, Entry]:
    """Read which tensors a file holds, and check that all of it is there.

    Args:
        path: A ``.safetensors`` file.
        place: How errors name the file.

    Raises:
        CheckpointRefused: It is no safetensors file, or its end is missing.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if start == b"version ":
            cure = "Fetch it with `git lfs pull`."
            raise CheckpointRefused(place, "weights", "a Git LFS pointer to them", cure)
        length = int.from_bytes(start, "little")
        header = file.read(length) if length <= min(size, LARGEST) else b""
    try:
        tree = json.loads(header)
        tree.pop("__metadata__", None)
        end = max((entry["data_offsets"][1] for entry in tree.values()), default=0)
        entries = {name: Entry(entry["dtype"], tuple(entry["shape"])) for name, entry in tree.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        got = f"{size} bytes that do not begin as one"
        cure = "Download it again; a .ckpt must keep its own ending."
        raise CheckpointRefused(place, "a safetensors file", got, cure) from None
    if size < 8 + length + end:
        got = f"{size} of them: the file is cut short"
        raise CheckpointRefused(place, f"{8 + length + end} bytes", got, "Download it again.")
    return entries
