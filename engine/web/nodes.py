"""The nodes that are installed, their ports, and what may be linked to what."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response

from engine.service.catalogue_records import CatalogueRecord, NodeRecord
from engine.service.workspace import digest_of
from engine.web.etags import tagged
from engine.web.serving import Serving, router

routes = router("nodes")


@routes.get("/nodes", response_model=CatalogueRecord)
async def list_nodes(request: Request, service: Serving) -> Response:
    """List every node with its ports, JSON Schemas and help, and the table of types that fit others."""
    data = await asyncio.to_thread(lambda: service.catalogue.data)
    return tagged(request, data, digest_of(data))


@routes.get("/nodes/{id}")
async def read_node(id: str, service: Serving) -> NodeRecord:
    """Tell everything about one node."""
    return await asyncio.to_thread(service.catalogue.node, id)
