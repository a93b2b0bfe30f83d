"""Blobs that were put but have not reached the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from threading import Lock

from engine.store.jobs import Blobs


class Unwritten:
    """Bytes of blobs on their way to disk, so that they can be read before they arrive."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}
        self._waiting = Counter[str]()
        self._lock = Lock()

    def add(self, blobs: Blobs) -> None:
        """Hold bytes until they are removed as often as they were added."""
        with self._lock:
            self._waiting.update(blobs.keys())
            self._data |= {digest: data for digest, (_, data) in blobs.items()}

    def remove(self, digests: Collection[str]) -> None:
        """Let bytes go that have arrived, or never will."""
        with self._lock:
            for digest in digests:
                self._waiting[digest] -= 1
                if not self._waiting[digest]:
                    del self._waiting[digest], self._data[digest]

    def get(self, digest: str) -> bytes | None:
        """The bytes, if they are on their way."""
        return self._data.get(digest)
