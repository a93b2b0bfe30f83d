"""Content digests of files and folders, remembered as long as the files can't have changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from errno import EINVAL
from pathlib import Path
from stat import S_ISREG
from threading import Lock

from blake3 import blake3

from engine.declare.codec import digest_of
from engine.errors import KnotworkError
from engine.store.database import Database

LARGE = 64 * 2**20
"""Bytes above which a file is hashed only when it is needed."""
SETTLED = 2 * 10**9
"""Nanoseconds for which a file must have been left alone: a second change within one tick of a file system's
clock would not show in its times."""
FOLDER = "folder"
END = b"\0"
"""Of a path, which no path can hold."""


class Digests:
    """Remembers path, size, times and inode with each digest.

    Args:
        database: Where they are remembered.
        writable: False remembers nothing beyond this process.
    """

    def __init__(self, database: Database, *, writable: bool) -> None:
        self._database = database
        self._writable = writable
        self._seen: dict[bytes, tuple[str, str]] = {}
        self._reading = Lock()

    def of_file(self, path: Path, *, hash_now: bool, tick: Callable[[], None] = lambda: None) -> str | None:
        """Digest of a file's bytes. Of those who ask for large files at once, one reads and the others wait.

        Args:
            path: The file.
            hash_now: Hash it if it is large, too.
            tick: Called on the way; what it raises ends the reading.

        Returns:
            None when it is larger than ``LARGE``, not known, and not to be hashed now.

        Raises:
            OSError: It can't be read.
            KnotworkError: It changes while it is read.
        """
        place, stamp = os.fsencode(path), _stamp(path.stat())
        known = self._recall(place, stamp)
        if known is not None:
            return known
        if path.stat().st_size <= LARGE:
            return self._hashed(path, place, tick)
        if not hash_now:
            return None
        with self._reading:
            known = self._recall(place, _stamp(path.stat()))
            return known if known is not None else self._hashed(path, place, tick)

    def _hashed(self, path: Path, place: bytes, tick: Callable[[], None]) -> str:
        stamp, digest = _hash(path, tick)
        self._note(place, stamp, digest)
        return digest

    def of_folder(
        self,
        path: Path,
        suffixes: tuple[str, ...],
        *,
        hash_now: bool,
        tick: Callable[[], None] = lambda: None,
    ) -> str | None:
        """Digest over names and digests of the files in a folder, subfolders included.

        Args:
            path: The folder.
            suffixes: Endings of the files that count, in lower case; empty = all.
            hash_now: Hash large files, too.
            tick: Called on the way.

        Returns:
            None when a large file in it is not known.
        """
        lines: list[str] = []
        for file in sorted(files_in(path, suffixes)):
            digest = self.of_file(file, hash_now=hash_now, tick=tick)
            if digest is None:
                return None
            lines.append(f"{digest} {file.relative_to(path).as_posix()}\n")
        digest = digest_of(os.fsencode("".join(lines)))
        kinds = " ".join(suffixes)
        # Ports that read other files of one folder know it by digests of their own
        self._note(os.fsencode(path) + END + kinds.encode(), f"{FOLDER} {kinds}", digest)
        return digest

    def paths(self, digest: str) -> list[tuple[Path, tuple[str, ...] | None]]:
        """Where content was seen: path, and for folders the endings of the files that count."""
        rows = self._database.rows("SELECT path, stamp FROM files WHERE digest = ?", [digest])
        rows += [(path, stamp) for path, (stamp, known) in self._seen.items() if known == digest]
        return [
            (
                Path(os.fsdecode(path.partition(END)[0])),
                tuple(stamp.split()[1:]) if stamp.startswith(FOLDER) else None,
            )
            for path, stamp in dict.fromkeys(rows)
        ]

    def size(self, digest: str) -> int | None:
        """Bytes of a file with that content; None when only folders or nothing had it."""
        for (stamp,) in self._database.rows("SELECT stamp FROM files WHERE digest = ?", [digest]):
            if not stamp.startswith(FOLDER):
                return int(stamp.partition(" ")[0])
        return None

    def _recall(self, place: bytes, stamp: str) -> str | None:
        rows = self._database.rows("SELECT stamp, digest FROM files WHERE path = ?", [place])
        known = self._seen.get(place) or (rows[0] if rows else None)
        return known[1] if known and known[0] == stamp else None

    def _note(self, place: bytes, stamp: str, digest: str) -> None:
        if self._recall(place, stamp) == digest:
            return
        if self._writable:
            self._database.rows("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (place, stamp, digest))
        else:
            self._seen[place] = stamp, digest


def files_in(folder: Path, suffixes: Iterable[str]) -> Iterator[Path]:
    """Files below a folder whose names end as asked, without hidden ones and what lies in linked folders."""
    endings = tuple(suffixes)
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if not name.startswith(".") and (not endings or name.lower().endswith(endings)):
                yield Path(parent, name)


def _stamp(stat: os.stat_result) -> str:
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _hash(path: Path, tick: Callable[[], None]) -> tuple[str, str]:
    """Stamp and digest of a file; the stamp fits nothing when its times might not tell of the next change."""
    for _ in range(3):
        before = path.stat()
        if not S_ISREG(before.st_mode):  # a pipe would be waited for without end
            raise OSError(EINVAL, "no regular file")
        hasher = blake3()
        with path.open("rb") as file:
            while chunk := file.read(2**20):
                hasher.update(chunk)
                tick()
        now = time.time_ns()
        after = path.stat()
        if _stamp(after) == _stamp(before):
            settled = now - max(after.st_mtime_ns, after.st_ctime_ns) > SETTLED
            return _stamp(after) if settled else f"{after.st_size} unsettled", hasher.hexdigest()
    raise KnotworkError(f"{path} changes while it is read. Wait until it is written, then run again.")
