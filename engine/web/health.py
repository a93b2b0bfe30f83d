"""Whether the server is there and works."""

from __future__ import annotations

from importlib import metadata

from engine.service.records import HealthRecord
from engine.web.serving import Serving, router

routes = router("health")


@routes.get("/health")
async def read_health(service: Serving) -> HealthRecord:
    """Tell that the server is up, that its database answers, and which life of the server this is."""
    await service.probe()
    return HealthRecord(version=metadata.version("knotwork"), epoch=service.channels.epoch)
