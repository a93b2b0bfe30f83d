"""Pictures of what graphs give, made before: shown until there is a result, and never told as one."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response
from starlette.responses import FileResponse

from engine.service.artifacts import MEDIA
from engine.service.workspace import digest_of
from engine.web.etags import REVALIDATE
from engine.web.files import FILE, sent
from engine.web.serving import Serving, router

routes = router("examples")


@routes.get("/examples/{name}", response_class=FileResponse, responses=FILE)
async def fetch_example(name: str, request: Request, service: Serving) -> Response:
    """Fetch a WebP picture that the list of templates, or of a session's examples, names."""
    path = await asyncio.to_thread(service.examples.file, name)
    tag = digest_of(await asyncio.to_thread(path.read_bytes))
    return sent(request, path, MEDIA[path.suffix], tag, cache=REVALIDATE)


@routes.get("/sessions/{id}/examples")
async def list_examples(id: str, service: Serving) -> dict[str, dict[str, str]]:
    """Tell of which outputs of a graph as it is now there are examples: instance, output, name."""
    return await service.examples.of(id)
