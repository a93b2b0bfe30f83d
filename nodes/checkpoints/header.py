"""The header of a safetensors file: names, kinds and shapes of its tensors, without reading one of them.

The format: eight bytes with the header's size, the header as JSON, then the tensors' bytes, each after the
one before (https://huggingface.co/docs/safetensors). What its library refuses is refused here, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from nodes.checkpoints.refusal import CheckpointRefused

LARGEST = 100 * 2**20
"""Bytes of header beyond which the safetensors library refuses a file, too."""
DIMENSIONS = 64
"""Dimensions of a tensor at most, as in torch."""
BITS = {
    **dict.fromkeys(("F4",), 4),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 64),
}
"""Kind of number → bits of one."""
IN_DISGUISE = {
    b"PK\x03\x04": "a zip archive, as torch.save writes them",
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"GGUF": "a GGUF file",
    b"\x1f\x8b": "a gzip archive",
    b"\x89HDF": "an HDF5 file",
}
"""First bytes → what a file with the wrong ending is."""


class Entry(NamedTuple):
    """One tensor of a file.

    Attributes:
        dtype: As safetensors names it, such as ``F16``.
        shape: Its shape.
    """

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """What a file tells before its first weight.

    Attributes:
        entries: Its tensors by name.
        metadata: What its maker wrote beside them.
    """

    entries: Mapping[str, Entry]
    metadata: Mapping[str, Any]


def read_header(path: Path, place: str) -> dict[str, Entry]:
    """Read which tensors a file holds; see ``read_whole_header``."""
    return dict(read_whole_header(path, place).entries)


def read_whole_header(path: Path, place: str) -> Header:
    """Read which tensors a file holds and what its maker says, and check that all of it is there.

    Args:
        path: A ``.safetensors`` file.
        place: How errors name the file.

    Raises:
        CheckpointRefused: It is no safetensors file, or its end is missing.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(128)
        refuse_pages(start, place)
        _refuse_others(start, place)
        length = int.from_bytes(start[:8], "little")
        file.seek(8)
        text = file.read(length) if length <= min(size, LARGEST) else b""
    try:
        tree = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        metadata = _texts(tree.pop("__metadata__", {}))
        entries, end = _entries(tree)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        got = f"{size} bytes that do not begin as one"
        if isinstance(error, _Wrong):
            got = str(error)
        cure = "Download it again; a .ckpt must keep its own ending."
        raise CheckpointRefused(place, "a safetensors file", got, cure) from None
    whole = 8 + length + end
    if size != whole:
        got = f"{size} of them: " + ("the file is cut short" if size < whole else "something follows its end")
        raise CheckpointRefused(place, f"{whole} bytes", got, "Download it again.")
    return Header(entries, metadata)


class _Wrong(ValueError):
    """What is wrong with a header, in words for people."""


def refuse_pages(start: bytes, place: str) -> None:
    """Name what a download often leaves in the place of weights.

    Args:
        start: The first bytes of a file, whatever its format.
        place: How errors name it.

    Raises:
        CheckpointRefused: It is a pointer of Git LFS, or a page of the web.
    """
    if start.startswith(b"version https://git-lfs"):
        cure = "Fetch it with `git lfs pull`."
        raise CheckpointRefused(place, "weights", "a Git LFS pointer to them", cure)
    if start.lstrip()[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        cure = "Download it again; its site may ask to log in or to accept a licence first."
        raise CheckpointRefused(place, "weights", "an HTML page", cure)


def _refuse_others(start: bytes, place: str) -> None:
    for magic, kind in IN_DISGUISE.items():
        if start.startswith(magic) and start[8:9] != b"{":  # a header's size can begin like a pickle
            cure = "Give it the ending that it was published with."
            raise CheckpointRefused(place, "a safetensors file", kind, cure)


def _entries(tree: Mapping[str, Any]) -> tuple[dict[str, Entry], int]:
    """The tensors, and where the last one ends; they must lie one after another, as the format says."""
    spans: list[tuple[int, int, str]] = []
    entries: dict[str, Entry] = {}
    for name, fields in tree.items():
        try:
            entry = Entry(fields["dtype"], tuple(fields["shape"]))
            start, stop = fields["data_offsets"]
        except (KeyError, TypeError, ValueError):
            raise _Wrong(f"tensor {name[:80]!r} without dtype, shape and offsets") from None
        if entry.dtype not in BITS:
            raise _Wrong(f"tensor {name[:80]!r} of the unknown type {str(entry.dtype)[:20]!r}")
        if len(entry.shape) > DIMENSIONS or not all(map(_is_count, (*entry.shape, start, stop))):
            raise _Wrong(f"tensor {name[:80]!r} with sizes that are none")
        if (stop - start) * 8 != prod(entry.shape) * BITS[entry.dtype]:
            raise _Wrong(f"tensor {name[:80]!r} whose bytes are not those of its shape")
        spans.append((start, stop, name))
        entries[name] = entry
    end = 0
    for start, stop, name in sorted(spans):
        if start != end:
            raise _Wrong(f"tensor {name[:80]!r} that lies over another or behind a gap")
        end = stop
    return entries, end


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _texts(metadata: Any) -> dict[str, str]:
    if not all(isinstance(value, str) for value in metadata.values()):
        raise _Wrong("metadata that is no text")
    return metadata


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Wrong("a header that has a name twice")
    return found


def _no_number(text: str) -> None:
    raise _Wrong(f"{text[:20]} in its header")
