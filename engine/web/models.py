"""The models in the model folders; their headers are read, never their weights."""

from __future__ import annotations

import asyncio

from engine.service.catalogue_records import ModelDetailRecord, ModelRecord
from engine.web.serving import Serving, router

routes = router("models")


@routes.get("/models")
async def list_models(service: Serving) -> list[ModelRecord]:
    """List the models in the configured folders."""
    return await asyncio.to_thread(service.models.list)


@routes.get("/models/{name:path}")
async def read_model(name: str, service: Serving) -> ModelDetailRecord:
    """Tell what a model's headers say."""
    return await asyncio.to_thread(service.models.describe, name)
