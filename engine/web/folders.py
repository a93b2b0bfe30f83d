"""The files in the folders of the server, for people who choose one."""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from pathlib import Path
from typing import Annotated

from fastapi import Query, Request, Response
from starlette.responses import FileResponse

from engine.service.folders import MEDIA, Folders, Root, Wanted
from engine.service.pictures import small
from engine.service.view_records import FilesRecord
from engine.web.etags import REVALIDATE
from engine.web.files import FILE, drawn, sent, unchanged
from engine.web.serving import Serving, router

routes = router("files")
Where = Annotated[Root, Query(description="Where the params look that the files are for.")]
Suffix = Annotated[tuple[str, ...], Query(max_length=50, description="Ending; several times for several.")]
Text = Annotated[str, Query(max_length=200, description="Words in the name; searches all folders below.")]
Folder = Annotated[str, Query(max_length=1000, description="A folder, as it was listed; all without it.")]
Name = Annotated[str, Query(max_length=1000, description="A file, as it was listed.")]
Size = Annotated[int, Query(ge=0, le=1024, description="Pixels of the longer side; 0 for the file itself.")]


@routes.get("/files")
async def list_files(
    service: Serving, suffix: Suffix = (), root: Where = "files", text: Text = "", folder: Folder = ""
) -> FilesRecord:
    """List what params can name in the workspace and the configured folders; uploads are listed apart."""
    wanted = Wanted(root, tuple(map(str.lower, suffix)), text, folder.strip("/"))
    return await asyncio.to_thread(service.folders.list, wanted)


@routes.get("/files/picture", response_class=FileResponse, responses=FILE)
async def fetch_listed_picture(
    name: Name, request: Request, service: Serving, root: Where = "files", size: Size = 256
) -> Response:
    """Fetch a picture file that was listed, or a small WebP picture of it."""
    path, tag = await asyncio.to_thread(_found, service.folders, root, name, size)
    if size == 0:
        return sent(request, path, MEDIA[path.suffix.lower()], tag, cache=REVALIDATE)
    if (known := unchanged(request, tag, REVALIDATE)) is not None:
        return known
    async with service.uploads.drawing:
        return drawn(await asyncio.to_thread(small, path, size), tag, REVALIDATE)


def _found(folders: Folders, root: Root, name: str, size: int) -> tuple[Path, str]:
    """A picture's file, and what names the bytes that are made of it."""
    path = folders.picture(root, name)
    stat = path.stat()
    text = repr((stat.st_size, stat.st_mtime_ns, stat.st_ino, size))
    return path, blake2b(text.encode(), digest_size=16).hexdigest()
