"""ZIP archives made while they are sent, so that none lies in memory or on disk as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

PIECE = 2**18
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive.

    Attributes:
        name: Path inside the archive.
        content: Its bytes, which are packed, or a file, which is taken as it is: media are packed already.
    """

    name: str
    content: bytes | Path

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, some at a time."""
        if isinstance(self.content, bytes):
            yield self.content
            return
        with self.content.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def bundle(entries: list[Entry]) -> Iterator[bytes]:
    """The bytes of an archive; equal entries give equal archives."""
    sink = _Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w") as archive:  # it only writes
        for entry in entries:
            info = zipfile.ZipInfo(entry.name)
            info.file_size = entry.size
            packed = isinstance(entry.content, bytes)
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            with archive.open(info, "w") as target:
                for piece in entry.pieces():
                    target.write(piece)
                    yield sink.take()
    yield sink.take()


class _Sink:
    """Takes what an archive writes; nobody can go back in it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
