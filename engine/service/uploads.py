"""Files that callers sent: kept under ids made of their digest, by which graphs name them.

The folder is one of the roots of file params and of models, so an upload's id is a file name like any other.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from blake3 import blake3

from engine.errors import KnotworkError
from engine.service.kinds import MEDIA, FileTooLarge, recognise
from engine.service.records import UploadRecord

ID = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{3,11}")
PART = ".part-"
"""How the names of files begin that are not all there yet."""
CHUNK = 2**20
"""Bytes that are written at once."""


class NoUpload(KnotworkError):
    """There is no upload of this id."""


class Uploads:
    """The uploads of a server.

    Args:
        folder: Where they lie.
        limit: Bytes of one file at most.
        budget: Bytes of all of them at most.
    """

    def __init__(self, folder: Path, limit: int, budget: int) -> None:
        self.folder = folder
        self.limit, self._budget = limit, budget
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(f"{PART}*"):
            leftover.unlink(missing_ok=True)
        self._used = sum(path.stat().st_size for path in folder.iterdir())
        """Bytes of all uploads, those that still come included."""

    async def take(self, chunks: AsyncIterator[bytes]) -> UploadRecord:
        """Keep a file; the same bytes are kept once.

        Args:
            chunks: The file's bytes.

        Raises:
            FileTooLarge: It is larger than allowed, or there is no room.
            KnotworkError: It is of no kind that is taken, or not whole; see ``recognise``.
        """
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=PART)
        part, digest, size = Path(name), blake3(), 0
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in _gathered(chunks):
                    size += len(chunk)
                    self._used += len(chunk)
                    self._check(size)
                    await asyncio.to_thread(_write, file, chunk, digest)
            kind = await asyncio.to_thread(recognise, part)
            path = self.folder / f"{digest.hexdigest()[:32]}{kind.suffix}"
            if not path.exists():
                os.replace(part, path)
                size = 0  # it stays
            return _record(path)
        finally:
            part.unlink(missing_ok=True)
            self._used -= size

    def list(self) -> list[UploadRecord]:
        """Every upload, by id."""
        return [_record(path) for path in sorted(self.folder.iterdir()) if ID.fullmatch(path.name)]

    def find(self, id: str) -> Path:
        """The file of an upload.

        Raises:
            NoUpload: There is none.
        """
        path = self.folder / id
        if not ID.fullmatch(id) or not path.is_file():
            raise NoUpload(f'expected the id of an upload, got "{id[:80]}". Send the file again.')
        return path

    def delete(self, id: str) -> None:
        """Let go of an upload; graphs that name it will miss it.

        Raises:
            NoUpload: There is none.
        """
        path = self.find(id)
        self._used -= path.stat().st_size
        path.unlink()

    def _check(self, size: int) -> None:
        if size > self.limit:
            cure = "Set KNOTWORK_UPLOAD_LIMIT, or put the file into a folder of the server."
            raise FileTooLarge(f"expected a file of {self.limit} bytes at most. {cure}")
        if self._used > self._budget:
            cure = "Delete some, or set KNOTWORK_UPLOAD_BUDGET."
            raise FileTooLarge(f"expected room for the file beside the other uploads, got none left. {cure}")


async def _gathered(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in larger pieces: each is handed to a thread, which costs more than a small one."""
    waiting = bytearray()
    async for chunk in chunks:
        waiting += chunk
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _write(file: IO[bytes], chunk: bytes, digest: blake3) -> None:
    file.write(chunk)
    digest.update(chunk)


def _record(path: Path) -> UploadRecord:
    return UploadRecord(id=path.name, media=MEDIA[path.suffix], size=path.stat().st_size)
