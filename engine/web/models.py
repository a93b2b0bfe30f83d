"""The models in the model folders; their headers are read, never their weights."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response

from engine.service.catalogue_records import ModelDetailRecord, ModelRecord
from engine.service.pictures import small
from engine.service.workspace import digest_of
from engine.web.artifacts import Size
from engine.web.etags import REVALIDATE
from engine.web.files import FILE, drawn, unchanged
from engine.web.serving import Serving, router

routes = router("models")


@routes.get("/models")
async def list_models(service: Serving) -> list[ModelRecord]:
    """List the models in the configured folders."""
    return await asyncio.to_thread(service.models.list)


@routes.get("/models/{name:path}/thumbnail", response_class=Response, responses=FILE)
async def fetch_model_thumbnail(name: str, request: Request, service: Serving, size: Size = 256) -> Response:
    """Fetch a small WebP picture of what a model draws, if one lies beside it."""
    path = await asyncio.to_thread(service.models.picture, name)
    tag = digest_of(f"{path} {path.stat().st_mtime_ns} {size}".encode())
    if (known := unchanged(request, tag, REVALIDATE)) is not None:
        return known
    return drawn(await asyncio.to_thread(small, path, size), tag, REVALIDATE)


@routes.get("/models/{name:path}")
async def read_model(name: str, service: Serving) -> ModelDetailRecord:
    """Tell what a model's headers say."""
    return await asyncio.to_thread(service.models.describe, name)
