"""Files made of stored values to be looked at: kept for a while, since browsers ask for parts, and again."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Lock

from blake3 import blake3

from engine.run.artifacts import write
from engine.service.artifacts import SUFFIX

BUDGET = 1 * 2**30
"""Bytes that they may take."""
FRESH = 60.0
"""Seconds in which a file is not taken away: somebody may be reading it."""


class Shown:
    """A folder of files that can be made again.

    Args:
        folder: The folder.
        budget: Bytes that it may take; those written first go first.
    """

    def __init__(self, folder: Path, budget: int = BUDGET) -> None:
        self._folder, self._budget = folder, budget
        self._lock = Lock()
        self._used: int | None = None

    def find(self, name: str) -> Path | None:
        """The file of a name; None when it is not there. Callable from any thread."""
        digest = blake3(name.encode()).hexdigest()
        return next((self._folder / digest[:2]).glob(f"{digest}.*"), None)

    def put(self, name: str, suffix: str, data: bytes) -> Path:
        """Keep a file for a while. Callable from any thread.

        Args:
            name: What it holds: equal names are equal files.
            suffix: Ending with its dot.
            data: Its bytes.
        """
        digest = blake3(name.encode()).hexdigest()
        ending = suffix.lower() if SUFFIX.fullmatch(suffix.lower()) else ".bin"
        path = write(self._folder / digest[:2] / f"{digest}{ending}", data)
        self._make_room(len(data))
        return path

    def _make_room(self, size: int) -> None:
        with self._lock:
            self._used = self._size() if self._used is None else self._used + size
            if self._used <= self._budget:
                return
            files = sorted((path.stat().st_mtime, path) for path in self._folder.glob("*/[!.]*"))
            self._used = self._size()
            for written, path in files:
                if self._used <= self._budget or written > time.time() - FRESH:
                    return
                self._used -= path.stat().st_size
                path.unlink(missing_ok=True)

    def _size(self) -> int:
        return sum(path.stat().st_size for path in self._folder.glob("*/[!.]*"))
