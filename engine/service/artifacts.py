"""The files that runs gave: each kept once, under the digest of its bytes, for as long as a run has it.

A worker's thread writes a file before the run that gave it is recorded. Until then it is held, so that no one
who deletes another run with the same file takes it away; what a crash left behind is swept at the next start.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from blake3 import blake3
from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.errors import KnotworkError
from engine.run.artifacts import write
from engine.service.database import Database, add_new
from engine.service.pictures import difference, small
from engine.service.tables import artifacts, run_artifacts

MEDIA = {
    ".bin": "application/octet-stream",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".glb": "model/gltf-binary",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".ply": "application/octet-stream",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
"""Ending → media type. Nothing that a browser would run is among them; others are plain bytes."""
SUFFIX = re.compile(r"\.[a-z0-9]{1,20}")
SIZES = (64, 128, 256, 512, 1024)
"""Sizes of thumbnails, so that nobody fills the disk by asking for all of them."""
STORED = (artifacts.c.digest, artifacts.c.suffix, artifacts.c.size)
CHUNK = 500
"""Digests in one statement."""
HALF_WRITTEN = 3600.0
"""Seconds after which a temporary file has nobody who will finish it."""


class NoArtifact(KnotworkError):
    """There is no file of this digest (any more)."""

    def __init__(self, digest: str) -> None:
        super().__init__(f'expected the digest of a file that a run gave, got "{digest[:80]}"')


@dataclass(frozen=True, slots=True)
class Stored:
    """A file.

    Attributes:
        digest: BLAKE3 digest (hex) of its bytes.
        suffix: Ending.
        size: Bytes.
        path: Where it lies.
    """

    digest: str
    suffix: str
    size: int
    path: Path

    @property
    def media(self) -> str:
        """Media type."""
        return MEDIA.get(self.suffix, MEDIA[".bin"])


class Artifacts:
    """The files of all runs.

    Args:
        home: Folder in which ``artifacts`` and ``thumbnails`` lie.
        database: Knows which run uses which file.
    """

    def __init__(self, home: Path, database: Database) -> None:
        self._files, self._thumbnails = home / "artifacts", home / "thumbnails"
        self._database = database
        self._held: Counter[str] = Counter()
        self._lock = Lock()
        """Held while it is settled whether a file is taken away; writing and reading need no lock."""

    def put(self, data: bytes, suffix: str) -> Stored:
        """Keep a file, and hold it until ``release``. Callable from any thread.

        Args:
            data: Its bytes.
            suffix: Ending with its dot.

        Raises:
            OSError: It can't be written.
        """
        digest = blake3(data).hexdigest()
        plain = suffix.lower() if SUFFIX.fullmatch(suffix.lower()) else ".bin"
        stored = self._stored(digest, plain, len(data))
        with self._lock:
            self._held[digest] += 1
        try:
            if stored.path.exists():
                os.utime(stored.path)  # what is swept now may have lain there since a crash
            else:
                write(stored.path, data)
        except BaseException:
            self.release([stored])
            raise
        return stored

    def release(self, files: Iterable[Stored]) -> None:
        """Hold files no longer: their run is recorded, or never will be. Callable from any thread."""
        with self._lock:
            for file in files:
                self._held[file.digest] -= 1
                if not self._held[file.digest]:
                    del self._held[file.digest]

    async def use(self, connection: AsyncConnection, run: str, files: Sequence[Stored]) -> None:
        """Record that a run has files.

        Args:
            connection: In the transaction that records the run.
            run: Its id.
            files: What it gave, held.
        """
        if not files:
            return
        now = time.time()
        different = {file.digest: file for file in files}.values()
        rows = [{"digest": f.digest, "suffix": f.suffix, "size": f.size, "created": now} for f in different]
        await connection.execute(add_new(artifacts, connection), rows)
        uses = [{"run": run, "digest": file.digest} for file in different]
        await connection.execute(add_new(run_artifacts, connection), uses)

    async def drop_unused(
        self, connection: AsyncConnection, among: Sequence[str] | None = None
    ) -> list[Stored]:
        """Forget the files that no run has; ``remove`` them once this is committed.

        Args:
            connection: In the transaction that took runs away.
            among: Digests to look at; all without it.
        """
        used = exists().where(run_artifacts.c.digest == artifacts.c.digest)
        unused = delete(artifacts).where(~used).returning(*STORED)
        if among is None:
            return [self._stored(*row) for row in await connection.execute(unused)]
        gone: list[Stored] = []
        for part in _parts(among):
            rows = await connection.execute(unused.where(artifacts.c.digest.in_(part)))
            gone += [self._stored(*row) for row in rows]
        return gone

    async def remove(self, files: Sequence[Stored]) -> None:
        """Take files away that no run has any more, with their thumbnails."""
        if files:
            await asyncio.to_thread(self._remove, [file.path for file in files])

    async def sweep(self) -> None:
        """Take away what a crash has left behind: files that no run has."""
        before = time.time()
        async with self._database.begin() as connection:
            await self.drop_unused(connection)
            known = set((await connection.execute(select(artifacts.c.digest))).scalars())
        await asyncio.to_thread(self._sweep, known, before)

    async def get(self, digest: str) -> Stored:
        """The file of a digest.

        Raises:
            NoArtifact: No run has such a file.
        """
        found = (await self.get_all([digest])).get(digest)
        if found is None:
            raise NoArtifact(digest)
        return found

    async def get_all(self, digests: Sequence[str]) -> dict[str, Stored]:
        """The files of several digests, of those that are there."""
        found: dict[str, Stored] = {}
        async with self._database.read() as connection:
            for part in _parts(digests):
                rows = await connection.execute(select(*STORED).where(artifacts.c.digest.in_(part)))
                found |= {row.digest: self._stored(*row) for row in rows}
        return {digest: stored for digest, stored in found.items() if stored.path.exists()}

    async def thumbnail(self, digest: str, size: int) -> Path:
        """A small WebP file of a picture, made once.

        Args:
            digest: Of the picture's file.
            size: Pixels of the longer side; the next of ``SIZES`` is given.

        Raises:
            NoArtifact: There is no such file.
            NotAPicture: It holds no picture, or claims too many pixels.
        """
        stored = await self.get(digest)
        fitting = next((one for one in SIZES if one >= size), SIZES[-1])
        target = self._thumbnails / digest[:2] / f"{digest}-{fitting}.webp"
        if not target.exists():
            data = await asyncio.to_thread(small, stored.path, fitting)
            await asyncio.to_thread(write, target, data)
        return target

    async def difference(self, one: str, other: str) -> bytes | None:
        """A PNG file of where two pictures differ; None when they differ in size.

        Raises:
            NoArtifact: There is no such file.
            NotAPicture: One of them holds no picture.
        """
        first, second = await self.get(one), await self.get(other)
        found = await asyncio.to_thread(difference, first.path, second.path)
        return None if found is None else found.picture

    def _stored(self, digest: str, suffix: str, size: int) -> Stored:
        return Stored(digest, suffix, size, self._files / digest[:2] / f"{digest}{suffix}")

    def _remove(self, paths: Iterable[Path], before: float = math.inf) -> None:
        """Unlink files, except those that are held, or were written or asked for since."""
        for path in paths:
            with self._lock:
                written = path.stat().st_mtime if path.exists() else 0.0
                if path.stem in self._held or written >= before:
                    continue
                path.unlink(missing_ok=True)
            for shown in (self._thumbnails / path.stem[:2]).glob(f"{path.stem}-*.webp"):
                shown.unlink(missing_ok=True)

    def _sweep(self, known: set[str], before: float) -> None:
        kept, halves = self._files.glob("*/[!.]*"), self._files.glob("*/.*")
        self._remove((path for path in kept if path.stem not in known), before)
        self._remove(halves, before - HALF_WRITTEN)


def _parts(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    return (digests[start : start + CHUNK] for start in range(0, len(digests), CHUNK))
