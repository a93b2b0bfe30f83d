"""The server as an ASGI app: the routes around the service, and before them who and what is let in."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path

from fastapi import FastAPI

from engine.declare.registry import Registry
from engine.service.service import Service
from engine.settings import Settings
from engine.web import errors, page, routes
from engine.web.auth import Access, Guard
from engine.web.headers import SecureHeaders
from engine.web.limits import Limiter, Limits
from engine.web.prefix import Prefix


def create_app(
    settings: Settings,
    workspace: Path,
    *,
    access: Access | None = None,
    limits: Limits | None = None,
    registry: Registry | None = None,
    database_url: str = "",
    root_path: str = "",
) -> FastAPI:
    """Assemble the server.

    Args:
        settings: Where things lie, and how much room they may take.
        workspace: Folder of graph files.
        access: Who may speak to it; without it, whoever is on this machine.
        limits: How much each of them may ask.
        registry: The nodes; those of the installed packs when not given.
        database_url: Of another database than the one in the home folder.
        root_path: Path under which a proxy shows it.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncGenerator[None]:
        async with Service.open(settings, workspace, registry, database_url) as service:
            routes.connect(app, service)
            yield

    app = FastAPI(title="Knotwork", version=metadata.version("knotwork"), lifespan=life, openapi_url=None)
    errors.install(app)
    routes.add(app)
    page.show(app)
    app.add_middleware(Guard, access=access or Access())
    app.add_middleware(Limiter, limits=limits or Limits.of(settings))
    app.add_middleware(SecureHeaders)
    app.add_middleware(Prefix, prefix=root_path)
    return app
