"""Files that callers sent: kept under ids made of their digest, by which graphs name them.

The folder is one of the roots of file params and of models, so an upload's id is a file name like any other.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import unicodedata
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from blake3 import blake3

from engine.errors import KnotworkError
from engine.run.artifacts import write
from engine.service.kinds import MEDIA, FileTooLarge, recognise
from engine.service.pictures import small
from engine.service.records import UploadRecord

ID = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{3,11}")
PART = ".part-"
"""How the names of files begin that are not all there yet."""
CHUNK = 2**20
"""Bytes that are written at once."""
NAMES = ".names"
"""Folder, inside that of the uploads, of what their senders called them."""
LONGEST = 200
"""Characters of such a name at most."""
AT_ONCE = 2
"""Small pictures that are made at the same time: a large picture takes much memory for a moment."""


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
        self._used = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
        """Bytes of all uploads, those that still come included."""
        self.drawing = asyncio.Semaphore(AT_ONCE)
        """Held while a small picture is made of a file."""

    async def take(self, chunks: AsyncIterator[bytes], called: str = "") -> UploadRecord:
        """Keep a file; the same bytes are kept once, under the name that they had last.

        Args:
            chunks: The file's bytes.
            called: What its sender calls it, for people; nothing is found by it.

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
            await asyncio.to_thread(self._call, path.name, plain_name(called))
            return self._record(path)
        finally:
            part.unlink(missing_ok=True)
            self._used -= size

    def list(self) -> list[UploadRecord]:
        """Every upload, by id."""
        return [self._record(path) for path in sorted(self.folder.iterdir()) if ID.fullmatch(path.name)]

    def find(self, id: str) -> Path:
        """The file of an upload.

        Raises:
            NoUpload: There is none.
        """
        path = self.folder / id
        if not ID.fullmatch(id) or not path.is_file():
            raise NoUpload(f'expected the id of an upload, got "{id[:80]}". Send the file again.')
        return path

    async def thumbnail(self, id: str, size: int) -> bytes:
        """A small WebP file of an upload that is a picture.

        Args:
            id: Its id.
            size: Pixels of the longer side at most.

        Raises:
            NoUpload: There is none.
            NotAPicture: It is none, or claims too many pixels.
        """
        path = self.find(id)
        async with self.drawing:
            return await asyncio.to_thread(small, path, size)

    def delete(self, id: str) -> None:
        """Let go of an upload; graphs that name it will miss it.

        Raises:
            NoUpload: There is none.
        """
        path = self.find(id)
        self._used -= path.stat().st_size
        path.unlink()
        (self.folder / NAMES / id).unlink(missing_ok=True)

    def _call(self, id: str, name: str) -> None:
        if name:
            write(self.folder / NAMES / id, name.encode())

    def _record(self, path: Path) -> UploadRecord:
        name = ""
        with suppress(OSError, UnicodeDecodeError):
            name = (self.folder / NAMES / path.name).read_text(encoding="utf-8")
        stat = path.stat()
        return UploadRecord(
            id=path.name, name=name, media=MEDIA[path.suffix], size=stat.st_size, created=stat.st_mtime
        )

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


def plain_name(called: str) -> str:
    """What a sender calls a file, as it can be shown: no folders before it, no signs that can't be seen.

    Signs that turn the direction of writing count among these, so that a name ends as it seems to.
    """
    last = re.split(r"[/\\]", called)[-1]
    seen = "".join(sign for sign in unicodedata.normalize("NFC", last) if sign.isprintable())
    return seen.strip().lstrip(".")[:LONGEST].strip()
