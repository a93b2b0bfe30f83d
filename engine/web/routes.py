"""Every route of the API, in the order in which the OpenAPI document lists them."""

from __future__ import annotations

from typing import cast

from fastapi import FastAPI
from starlette.websockets import WebSocket

from engine.service.service import Service
from engine.web import (
    artifacts,
    examples,
    folders,
    graphs,
    health,
    history,
    models,
    nodes,
    openapi,
    plan,
    runs,
    sessions,
    settings,
    typed,
    uploads,
    values,
)
from engine.web.live import Live

NOUNS = (
    graphs,
    examples,
    typed,
    sessions,
    values,
    plan,
    runs,
    history,
    artifacts,
    uploads,
    folders,
    nodes,
    models,
    settings,
    health,
    openapi,
)


def add(app: FastAPI) -> None:
    """Add them to an app."""
    for noun in NOUNS:
        app.include_router(noun.routes)
    app.add_api_websocket_route("/api/live", _live)


def connect(app: FastAPI, service: Service) -> None:
    """Say which service they ask."""
    app.state.service, app.state.live = service, Live(service)


async def _live(socket: WebSocket) -> None:
    await cast(Live, socket.app.state.live).serve(socket)
