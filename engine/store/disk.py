"""Blobs: large values, one file each, named by the digest of their bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from engine.declare.codec import digest_of
from engine.store.alive import Life, sync
from engine.store.ref import SUFFIXES, Missing, Ref

GRACE = 600.0
"""Seconds for which a blob without a row is left alone while others live: one may be about to add the row."""


class Disk:
    """The folder of blobs. A file gets its name only when all its bytes are on the disk."""

    def __init__(self, home: Path, life: Life | None) -> None:
        self._objects = home / "objects"
        self._temporary = home / "tmp"
        self._life = life
        self._turn = count()

    def path(self, ref: Ref) -> Path:
        """Where a blob lies, or would lie."""
        return self._objects / ref.digest[:2] / f"{ref.digest}{SUFFIXES[ref.form]}"

    def has(self, ref: Ref) -> bool:
        """Tell whether the whole file is there; its bytes are checked when they are read."""
        try:
            return self.path(ref).stat().st_size == ref.size
        except FileNotFoundError:
            return False

    def write(self, ref: Ref, data: bytes) -> None:
        """Put a blob in its place, whole or not at all, unless it is there.

        Raises:
            OSError: The disk is full, or its folder can't be written.
        """
        if self.has(ref):
            return
        assert self._life is not None, "a read-only store writes nothing"
        self._temporary.mkdir(exist_ok=True)
        temporary = self._temporary / f"{self._life.name}-{next(self._turn)}"
        try:
            with temporary.open("wb") as file:
                file.write(data)
                sync(file)
            path = self.path(ref)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def read(self, ref: Ref) -> bytes:
        """The bytes of a blob.

        Raises:
            Missing: The file is gone, or its bytes are not those that were written.
        """
        try:
            data = self.path(ref).read_bytes()
        except OSError as error:
            raise Missing(ref.digest, f"can't be read ({error.strerror})") from None
        if digest_of(data) != ref.digest:
            raise Missing(ref.digest, "is damaged on disk")
        return data

    def remove(self, digest: str) -> None:
        """Remove a blob. The caller is in a transaction, in which others check that the blob is there."""
        for suffix in SUFFIXES.values():
            with suppress(OSError):
                (self._objects / digest[:2] / f"{digest}{suffix}").unlink()

    def sweep(self, living: set[str]) -> None:
        """Remove the unfinished files of processes that died."""
        if self._temporary.is_dir():
            for path in self._temporary.iterdir():
                if path.name.partition("-")[0] not in living:
                    path.unlink(missing_ok=True)

    def strays(self, wanted: Callable[[str], bool], grace: float) -> Iterator[str]:
        """Digests of the blobs that no row asks for and that nobody can be about to add.

        Args:
            wanted: Tells of a digest that the index has it.
            grace: Seconds for which a young file is left alone.
        """
        if not self._objects.is_dir():
            return
        before = time.time() - grace
        for folder in self._objects.iterdir():
            for path in folder.iterdir():
                digest = path.name.partition(".")[0]
                with suppress(FileNotFoundError):
                    if not wanted(digest) and path.stat().st_mtime < before:
                        yield digest
