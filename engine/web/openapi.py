"""The OpenAPI document: every route, and every graph of the workspace as a route of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import Request
from starlette.responses import JSONResponse, Response

from engine.web.errors import schemas
from engine.web.serving import Serving, router
from engine.web.typed import ANY, paths_of

routes = router("health")


@routes.get("/openapi.json", include_in_schema=False)
async def read_openapi(request: Request, service: Serving) -> Response:
    """The document of this moment: it changes with the graphs."""
    whole: dict[str, Any] = request.app.openapi()
    signatures = await asyncio.to_thread(service.signatures.all)
    paths = {**whole["paths"], **paths_of(signatures, whole["paths"][ANY])}
    root = request.scope.get("root_path", "")
    servers = {"servers": [{"url": root}]} if root else {}
    parts = {
        "schemas": {**schemas(), **whole["components"]["schemas"]},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    # Callers on this machine need no token unless the server is there for others, too
    security: list[dict[str, list[str]]] = [{}, {"token": []}]
    return JSONResponse({**whole, **servers, "security": security, "components": parts, "paths": paths})
