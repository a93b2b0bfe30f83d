"""The graph files of the workspace, listed, read and written; and the templates."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import Header, Request, Response
from pydantic_core import to_json

from engine.graph.document import Graph
from engine.service.records import GraphRecord
from engine.service.view_records import LibraryRecord
from engine.service.workspace import Elsewhere, Workspace, digest_of
from engine.web.errors import JSON, HttpRefusal
from engine.web.etags import names, quoted, tagged
from engine.web.serving import Serving, router

routes = router("graphs")
OBJECT: dict[str, Any] = {JSON: {"schema": {"type": "object"}}}
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"content": OBJECT, "description": "The graph."},
    304: {"description": "The caller has it already."},
}
CREATED: dict[int | str, dict[str, Any]] = {201: {"model": GraphRecord, "description": "The file is new."}}
Condition = Annotated[str, Header()]


@routes.get("/graphs")
async def list_graphs(service: Serving) -> list[GraphRecord]:
    """List the graph files of the workspace."""
    return [GraphRecord(**asdict(one)) for one in await asyncio.to_thread(service.workspace.files)]


@routes.get("/templates")
async def list_templates(service: Serving) -> list[GraphRecord]:
    """List the graphs that are shipped, and those in the library folders."""
    listed = await asyncio.to_thread(service.workspace.templates)
    covers = await asyncio.to_thread(service.examples.covers)
    return [GraphRecord(**asdict(one), example=covers.get(one.name, "")) for one in listed]


@routes.get("/library", response_model=list[LibraryRecord])
async def list_library(request: Request, service: Serving) -> Response:
    """List the graphs of the library folders with their ports, for use as subgraphs."""
    data = await asyncio.to_thread(lambda: to_json(service.library.graphs()))
    return tagged(request, data, digest_of(data))


@routes.get("/templates/{name}", response_class=Response, responses=DOCUMENT)
async def read_template(name: str, request: Request, service: Serving) -> Response:
    """Read a template."""
    data = await asyncio.to_thread(service.workspace.template, name)
    return tagged(request, await asyncio.to_thread(_document, data), digest_of(data))


@routes.get("/graphs/{name:path}", response_class=Response, responses=DOCUMENT)
async def read_graph(name: str, request: Request, service: Serving) -> Response:
    """Read a graph file of the workspace; its ETag is asked for when the file is replaced."""
    content = await asyncio.to_thread(service.workspace.read, name)
    return tagged(request, await asyncio.to_thread(_document, content.data), content.digest)


@routes.put("/graphs/{name:path}", responses=CREATED, openapi_extra={"requestBody": {"content": OBJECT}})
async def write_graph(
    name: str, request: Request, response: Response, service: Serving, if_match: Condition = ""
) -> GraphRecord:
    """Write a graph file: a new one, or with ``If-Match`` one that is as it was when it was read."""
    data = await request.body()
    graph = await asyncio.to_thread(Graph.read, data)
    workspace, canonical = service.workspace, graph.to_bytes()
    before = await asyncio.to_thread(_expected, workspace, name, if_match)
    try:
        stamp = await asyncio.to_thread(workspace.write, name, canonical, before)
    except Elsewhere as error:
        raise HttpRefusal(412, str(error)) from None
    response.status_code = 200 if before else 201
    response.headers["etag"] = quoted(digest_of(canonical))
    own = workspace.canonical(name)
    title = graph.title or PurePosixPath(own).stem
    return GraphRecord(name=own, title=title, help=graph.help, modified=stamp[1] / 1e9, size=stamp[0])


@routes.delete("/graphs/{name:path}", status_code=204)
async def remove_graph(name: str, service: Serving, if_match: Condition = "") -> None:
    """Remove a graph file that is as it was when it was read: ``If-Match`` says how that was."""
    workspace = service.workspace
    await asyncio.to_thread(workspace.read, name)  # what is not there can't be removed
    before = await asyncio.to_thread(_expected, workspace, name, if_match)
    try:
        await asyncio.to_thread(workspace.remove, name, before)
    except Elsewhere as error:
        raise HttpRefusal(412, str(error)) from None


def _document(data: bytes) -> bytes:
    """The graph of a file, in the newest format.

    Raises:
        GraphError: The file holds none.
    """
    return Graph.read(data).to_bytes()


def _expected(workspace: Workspace, name: str, condition: str) -> str:
    """Digest of the file that the caller means to replace; empty when it means to make one."""
    there = workspace.read(name).digest if workspace.exists(name) else ""
    if there and not condition:
        cure = "Read it, and send its ETag."
        raise HttpRefusal(428, f'expected If-Match beside "{name}", which is there already. {cure}')
    if condition and not (there and names(condition, there)):
        raise HttpRefusal(412, f"{name} is not as it was when it was read. Read it again.")
    return there
