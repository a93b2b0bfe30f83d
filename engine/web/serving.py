"""What every route file shares: the service that it asks, and a router whose refusals are documented."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection

from engine.service.service import Service
from engine.web.errors import ANSWERS


def router(noun: str) -> APIRouter:
    """A router for the routes of one noun.

    Args:
        noun: Under which the OpenAPI document lists them.
    """
    return APIRouter(prefix="/api", tags=[noun], responses=ANSWERS)


def _service(connection: HTTPConnection) -> Service:
    return cast(Service, connection.app.state.service)


Serving = Annotated[Service, Depends(_service)]
"""The service, as a parameter of a route."""
Wait = Annotated[float, Query(ge=0, le=3600, description="Seconds to wait for the end; 0 = don't.")]
"""How long an answer may take, as a parameter of a route."""
