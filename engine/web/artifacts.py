"""The files that runs gave, under the digest of their bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from starlette.responses import FileResponse

from engine.web.files import FILE, sent
from engine.web.serving import Serving, router

routes = router("artifacts")
Name = Annotated[str, Query(max_length=200, description="What the file is called where it is saved.")]
Size = Annotated[int, Query(ge=16, le=1024, description="Pixels of the longer side, at most.")]


@routes.head("/artifacts/{digest}", include_in_schema=False)
@routes.get("/artifacts/{digest}", response_class=FileResponse, responses=FILE)
async def fetch_artifact(digest: str, request: Request, service: Serving, name: Name = "") -> Response:
    """Fetch a file that a run gave, or a range of it."""
    stored = await service.artifacts.get(digest)
    return sent(request, stored.path, stored.media, stored.digest, name=name)


@routes.get("/artifacts/{digest}/thumbnail", response_class=FileResponse, responses=FILE)
async def fetch_thumbnail(digest: str, request: Request, service: Serving, size: Size = 256) -> Response:
    """Fetch a small WebP picture of a picture."""
    path = await service.artifacts.thumbnail(digest, size)
    return sent(request, path, "image/webp", path.stem)
