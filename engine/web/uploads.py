"""Files that callers send: kept under ids by which graphs name them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse

from engine.service.kinds import MEDIA
from engine.service.records import UploadRecord
from engine.web.artifacts import Size
from engine.web.errors import HttpRefusal
from engine.web.files import FILE, drawn, sent, unchanged
from engine.web.serving import Serving, router

routes = router("uploads")
FORM = "multipart/form-data"
BINARY = {"type": "string", "format": "binary"}
BODY: dict[str, Any] = {
    "content": {
        "application/octet-stream": {"schema": BINARY},
        FORM: {"schema": {"type": "object", "properties": {"file": BINARY}, "required": ["file"]}},
    },
    "required": True,
}
CHUNK = 2**20
Name = Annotated[str, Query(max_length=1000, description="What it is called; of a form, else the file's.")]


@routes.post("/uploads", status_code=201, openapi_extra={"requestBody": BODY})
async def send_upload(request: Request, service: Serving, name: Name = "") -> UploadRecord:
    """Send a file, as the body or in a form: a picture, sound, video, text, safetensors file or graph."""
    if not request.headers.get("content-type", "").startswith(FORM):
        return await service.uploads.take(request.stream(), name)
    async with request.form(max_files=1, max_fields=10) as form:
        files = [part for part in form.values() if isinstance(part, UploadFile)]
        if not files:
            raise HttpRefusal(422, "expected a form with a file, got none. Send it as the field file.")
        return await service.uploads.take(_chunks(files[0]), name or files[0].filename or "")


@routes.get("/uploads")
async def list_uploads(service: Serving) -> list[UploadRecord]:
    """List the files that were sent."""
    return await asyncio.to_thread(service.uploads.list)


@routes.head("/uploads/{id}", include_in_schema=False)
@routes.get("/uploads/{id}", response_class=FileResponse, responses=FILE)
async def fetch_upload(id: str, request: Request, service: Serving) -> Response:
    """Fetch a file that was sent, or a range of it."""
    path = service.uploads.find(id)
    return sent(request, path, MEDIA[path.suffix], path.stem)


@routes.get("/uploads/{id}/thumbnail", response_class=Response, responses=FILE)
async def fetch_upload_thumbnail(id: str, request: Request, service: Serving, size: Size = 256) -> Response:
    """Fetch a small WebP picture of a picture that was sent."""
    tag = f"{id}-{size}"
    if (known := unchanged(request, tag)) is not None:
        return known
    return drawn(await service.uploads.thumbnail(id, size), tag)


@routes.delete("/uploads/{id}", status_code=204)
async def delete_upload(id: str, service: Serving) -> None:
    """Delete a file that was sent; graphs that name it will miss it."""
    service.uploads.delete(id)


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(CHUNK):
        yield chunk
