"""The runs that were: found again, compared, exported, deleted."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, exists, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.errors import KnotworkError
from engine.graph.document import Graph
from engine.graph.embed import value_at, with_values
from engine.run.naming import FIELD_LENGTH, UNSAFE
from engine.service import runs as rows
from engine.service.artifacts import Artifacts, NoArtifact, Stored
from engine.service.background import Background
from engine.service.bundle import Entry, bundle
from engine.service.comparison import Comparison, compare
from engine.service.database import Database
from engine.service.feed import Told
from engine.service.pictures import Difference, NotAPicture, difference
from engine.service.protocol import RunGone
from engine.service.records import OVER, ArtifactRecord, RunRecord, RunState
from engine.service.tables import Words, documents, run_artifacts, runs

MOST = 500
"""Runs of one answer."""
COMPARED = 64
"""Pictures of two runs that are compared; of more the rest is only told apart."""


class NotOver(KnotworkError):
    """A run was to be deleted that waits or runs."""


class TooManyRuns(KnotworkError):
    """More runs were to be deleted than are at once."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A run with its document.

    Attributes:
        record: The run.
        digest: Of the document's bytes.
        data: The bytes.
    """

    record: RunRecord
    digest: str
    data: bytes


class History:
    """Every run that is kept.

    Args:
        database: Keeps them.
        artifacts: The files that they gave.
        told: Is told, on the channel ``queue``, what is gone.
    """

    def __init__(self, database: Database, artifacts: Artifacts, told: Told) -> None:
        self._database, self._artifacts, self._told = database, artifacts, told
        self._background = Background()
        """Finishes what was begun to be deleted, though whoever asked for it may be gone."""

    async def search(
        self,
        *,
        text: str = "",
        states: Collection[RunState] = (),
        graph: str = "",
        session: str = "",
        node: str = "",
        model: str = "",
        since: float | None = None,
        until: float | None = None,
        limit: int = 50,
        before: str = "",
    ) -> tuple[RunRecord, ...]:
        """Find runs, the newest first.

        Args:
            text: Words that all occur in the title, the values, the graph's texts or the failures.
            states: States of which it has one.
            graph: Digest of the graph, or its beginning.
            session: Id of the session it was submitted from.
            node: Id of a node that the graph uses.
            model: Name of a model, or its digest, or a part of either.
            since: Queued at this time or later, in seconds since 1970.
            until: Queued before this time.
            limit: How many at most.
            before: Id of the last run of the answer before, to go on from there.
        """
        query = select(*rows.RECORD).join(documents, documents.c.digest == runs.c.document)
        for word in text.casefold().split():
            found = (part.contains(word, autoescape=True) for part in (runs.c.text, documents.c.text))
            query = query.where(or_(*found))
        if states:
            query = query.where(runs.c.state.in_(states))
        if graph:
            query = query.where(runs.c.graph.startswith(graph, autoescape=True))
        if session:
            query = query.where(runs.c.session == session)
        if node:
            query = query.where(_says(runs.c.nodes, json.dumps(node)))
        if model:
            query = query.where(_says(runs.c.models, json.dumps(model)[1:-1]))
        if since is not None:
            query = query.where(runs.c.created >= since)
        if until is not None:
            query = query.where(runs.c.created < until)
        if before:
            query = query.where(runs.c.id < before)
        query = query.order_by(runs.c.id.desc()).limit(min(max(limit, 1), MOST))
        async with self._database.read() as connection:
            return tuple(map(rows.record_of, (await connection.execute(query)).mappings()))

    async def compare(self, one: str, other: str) -> Comparison:
        """What differs between two runs.

        Raises:
            NoSuchRun: One of them is not there.
        """
        first, second = await self._kept(one), await self._kept(other)
        pictures = [
            found.digest
            for kept in (first, second)
            for found in kept.record.artifacts
            if found.media.startswith("image/")
        ]
        files = await self._artifacts.get_all(pictures)
        return await asyncio.to_thread(self._compare, first, second, files)

    async def delete(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Delete runs, and the files that no other run has.

        Args:
            ids: Of the runs, ``MOST`` at most.

        Returns:
            The ids of those that were there.

        Raises:
            NotOver: One of them waits or runs; none is deleted.
            TooManyRuns: There are more; none is deleted.
        """
        if len(ids) > MOST:
            raise TooManyRuns(f"expected {MOST} runs at most, got {len(ids)}. Delete some at a time.")
        return await self._background.finish(self._delete(ids))

    async def graph(self, id: str) -> Graph:
        """The graph of a run, with its values: run again, it computes the same.

        Raises:
            NoSuchRun: It is not there.
        """
        return await asyncio.to_thread(_graph, await self._kept(id))

    async def export(self, id: str) -> Iterator[bytes]:
        """A ZIP archive of one run, piece by piece: its graph, what it gave, its record.

        ``graph.json`` holds the values of the run and can be run as it is; so does every picture.

        Raises:
            NoSuchRun: It is not there.
            NoArtifact: One of its files is gone.
        """
        kept = await self._kept(id)
        given = [one for one in kept.record.artifacts if one.media]
        found = await self._artifacts.get_all([one.digest for one in given])
        for one in given:
            if one.digest not in found:
                raise NoArtifact(one.digest)
        named = _named([(one, found[one.digest]) for one in given])
        return bundle([*await asyncio.to_thread(_texts, kept), *(Entry(*file) for file in named)])

    def _compare(self, one: Kept, other: Kept, files: Mapping[str, Stored]) -> Comparison:
        compared = 0

        def pictures(first: ArtifactRecord, second: ArtifactRecord) -> Difference | None:
            nonlocal compared
            paths = [files[found.digest].path for found in (first, second) if found.digest in files]
            if len(paths) < 2 or compared == COMPARED:
                return None
            compared += 1
            try:
                return difference(*paths)
            except NotAPicture:
                return None

        same = one.digest == other.digest
        graphs = None if same else (Graph.read(one.data), Graph.read(other.data))
        places = {*one.record.values, *other.record.values}
        return compare(_completed(one, places), _completed(other, places), graphs, pictures)

    async def _kept(self, id: str) -> Kept:
        query = select(*rows.RECORD, documents.c.digest.label("document"), documents.c.data)
        query = query.join(documents, documents.c.digest == runs.c.document).where(runs.c.id == id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise rows.NoSuchRun(id)
        return Kept(rows.record_of(row), row["document"], row["data"])

    async def _delete(self, ids: Sequence[str]) -> tuple[str, ...]:
        async with self._database.begin() as connection:
            found = await connection.execute(
                select(runs.c.id, runs.c.state, runs.c.document).where(runs.c.id.in_(ids))
            )
            there = found.all()
            for id, state, _ in there:
                if state not in OVER:
                    raise NotOver(
                        f"run {id}: expected one that has ended, but it is {state}. Cancel it first."
                    )
            gone = [id for id, _, _ in there]
            files = await self._drop(connection, gone, {digest for _, _, digest in there})
        await self._artifacts.remove(files)
        for id in gone:
            self._told.publish("queue", RunGone(run=id))
        return tuple(gone)

    async def _drop(
        self, connection: AsyncConnection, ids: Sequence[str], graphs: Collection[str]
    ) -> list[Stored]:
        """Delete rows, and what only they had; returns the files that nobody has any more."""
        used = select(run_artifacts.c.digest).where(run_artifacts.c.run.in_(ids)).distinct()
        files = (await connection.execute(used)).scalars().all()
        await connection.execute(delete(runs).where(runs.c.id.in_(ids)))
        needed = exists().where(runs.c.document == documents.c.digest)
        await connection.execute(delete(documents).where(documents.c.digest.in_(graphs), ~needed))
        return await self._artifacts.drop_unused(connection, files)


def _says(column: Column[Any], text: str) -> ColumnElement[bool]:
    """Whether a column of JSON holds a piece of JSON text, in whatever case."""
    return func.lower(type_coerce(column, Words)).contains(text.lower(), autoescape=True)


def _completed(kept: Kept, places: Collection[str]) -> RunRecord:
    """A run with the values that its document has in places that were set for another run."""
    missing = [place for place in places if "." in place and place not in kept.record.values]
    if not missing:
        return kept.record
    graph = Graph.read(kept.data)
    found = {place: value_at(graph, place) for place in missing}
    return kept.record.model_copy(update={"values": kept.record.values | found})


def _graph(kept: Kept) -> Graph:
    return with_values(Graph.read(kept.data), kept.record.values)


def _texts(kept: Kept) -> list[Entry]:
    record = kept.record.model_dump_json(indent=1).encode() + b"\n"
    return [Entry("graph.json", _graph(kept).to_bytes()), Entry("record.json", record)]


def _named(files: Sequence[tuple[ArtifactRecord, Stored]]) -> Iterator[tuple[str, Path]]:
    """Names for the outputs of a run; several files of one output get numbers."""
    several = Counter(record.output for record, _ in files)
    taken: set[str] = set()
    for record, stored in files:
        number = f"-{record.index:03d}" if several[record.output] > 1 else ""
        stem = f"outputs/{UNSAFE.sub('_', record.output)[:FIELD_LENGTH]}{number}"
        name = next(name for again in count() if (name := f"{stem}{again or ''}{stored.suffix}") not in taken)
        taken.add(name)
        yield name, stored.path
