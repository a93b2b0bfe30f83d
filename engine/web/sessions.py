"""Open graphs over plain HTTP, for scripts and agents; the editor does the same over the WebSocket."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field, JsonValue

from engine.graph.merge import Side
from engine.service.kinds import GRAPH, PNG
from engine.service.problems import records
from engine.service.records import (
    ChangeRecord,
    GraphSource,
    GraphStateRecord,
    Name,
    SessionRecord,
    VersionRecord,
    Wire,
)
from engine.service.session import Change
from engine.service.sources import check
from engine.web.errors import JSON, HttpRefusal
from engine.web.graphs import DOCUMENT
from engine.web.serving import Serving, router

routes = router("sessions")
Operations = Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=1000)]
Upload = Annotated[str, Query(description="Id of an upload: a graph, or a picture that carries one.")]


class Author(Wire):
    """Who changes something.

    Attributes:
        client: Undo and redo are for each client alone.
        token: Names the change for good: sent again, it is not made again.
    """

    client: Name
    token: Name


class Edits(Author):
    """Operations, applied all or none.

    Attributes:
        operations: Records of ``engine.graph.operations``, in order.
    """

    operations: Operations


class Target(Wire):
    """Where to save.

    Attributes:
        name: A new file, which is the session's from then on; empty for the one it has.
    """

    name: Annotated[str, Field(max_length=1000)] = ""


class Label(Wire):
    """What a version is called."""

    name: Name


class Origin(Wire):
    """Where a branch begins; without both, at the graph as it is now.

    Attributes:
        version: Id of a version.
        seq: Number of edits.
    """

    version: str = ""
    seq: Annotated[int, Field(ge=0, lt=2**53)] | None = None


class Chosen(Author):
    """What somebody chose where another program changed the file, too.

    Attributes:
        choice: Id of the choice.
        sides: A side for each conflict, in order.
    """

    choice: str
    sides: Annotated[list[Side], Field(max_length=100_000)]


@routes.post("/sessions", status_code=201)
async def open_session(
    service: Serving, source: GraphSource | None = None, upload: Upload = ""
) -> SessionRecord:
    """Open a graph: a file, a template, a document, an upload, or nothing for an empty one."""
    if upload:
        path = service.uploads.find(upload)
        if path.suffix not in (GRAPH.suffix, PNG.suffix):
            raise HttpRefusal(415, f'expected a graph, or a picture that carries one, got "{upload}"')
        return await service.sessions.open(await asyncio.to_thread(path.read_bytes))
    if source is not None:
        check(source)
    return await service.sessions.open(source)


@routes.get("/sessions")
async def list_sessions(service: Serving) -> list[SessionRecord]:
    """List the graphs that are open."""
    return list(await service.sessions.list())


@routes.get("/sessions/{id}")
async def read_session(id: str, service: Serving) -> GraphStateRecord:
    """Tell an open graph as it is now, and what is wrong with it."""
    return GraphStateRecord.model_validate(await service.sessions.snapshot(id))


@routes.delete("/sessions/{id}", status_code=204)
async def close_session(id: str, service: Serving) -> None:
    """Close a graph once its file is written; opened again, it goes on where it was."""
    await service.sessions.close(id)


@routes.post("/sessions/{id}/edit")
async def edit_session(id: str, edits: Edits, service: Serving) -> ChangeRecord:
    """Apply operations."""
    return _told(await service.sessions.edit(id, edits.client, edits.token, edits.operations))


@routes.post("/sessions/{id}/undo")
async def undo_edit(id: str, author: Author, service: Serving) -> ChangeRecord:
    """Take back the client's last edit that is not yet taken back."""
    return _told(await service.sessions.undo(id, author.client, author.token))


@routes.post("/sessions/{id}/redo")
async def redo_edit(id: str, author: Author, service: Serving) -> ChangeRecord:
    """Make again what the client took back last."""
    return _told(await service.sessions.redo(id, author.client, author.token))


@routes.post("/sessions/{id}/save")
async def save_session(id: str, service: Serving, target: Target | None = None) -> SessionRecord:
    """Write the file now; it is written a moment after every edit anyway."""
    return await service.sessions.save(id, target.name if target else "")


@routes.get("/sessions/{id}/versions")
async def list_versions(id: str, service: Serving) -> list[VersionRecord]:
    """List the named versions of an open graph."""
    await service.sessions.get(id)
    return list(await service.sessions.versions(id))


@routes.post("/sessions/{id}/versions", status_code=201)
async def keep_version(id: str, label: Label, service: Serving) -> VersionRecord:
    """Name the graph as it is now, to come back to it."""
    return await service.sessions.keep_version(id, label.name)


@routes.get("/sessions/{id}/versions/{version}", response_class=Response, responses=DOCUMENT)
async def read_version(id: str, version: str, service: Serving) -> Response:
    """Fetch the graph of a named version."""
    graph = await service.sessions.version(id, version)
    return Response(graph.to_bytes(), media_type=JSON)


@routes.post("/sessions/{id}/versions/{version}/restore")
async def restore_version(id: str, version: str, author: Author, service: Serving) -> ChangeRecord:
    """Bring a version back, as an edit that can be taken back."""
    return _told(await service.sessions.restore(id, version, author.client, author.token))


@routes.post("/sessions/{id}/branch", status_code=201)
async def branch_session(id: str, service: Serving, origin: Origin | None = None) -> SessionRecord:
    """Open another session that begins where this one is, or was."""
    begin = origin or Origin()
    return await service.sessions.branch(id, version=begin.version, seq=begin.seq)


@routes.post("/sessions/{id}/resolve")
async def resolve_choice(id: str, chosen: Chosen, service: Serving) -> SessionRecord:
    """Choose between what was edited here and what another program wrote into the file."""
    return await service.sessions.resolve(id, chosen.choice, chosen.sides, chosen.client, chosen.token)


def _told(change: Change) -> ChangeRecord:
    problems = None if change.problems is None else records(change.problems)
    return ChangeRecord(seq=change.seq, notice=change.notice, problems=problems)
