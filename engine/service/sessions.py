"""The open graphs of a server. All of this lives on the event loop; what takes long is done in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from time import time

from pydantic import JsonValue, ValidationError

from engine.errors import KnotworkError
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.graph.edit import Patch, Refused
from engine.graph.merge import Side
from engine.graph.operations import OPERATIONS, Operation
from engine.service.archive import Archive
from engine.service.background import Background
from engine.service.beside import Beside
from engine.service.checking import Checking
from engine.service.database import Database
from engine.service.editing import Editing
from engine.service.ids import Ids
from engine.service.opened import Channels, Later, Opened, Timer
from engine.service.opening import Found, Opening
from engine.service.people import People
from engine.service.problems import records
from engine.service.records import GraphSource, GraphStateRecord, SessionRecord, VersionRecord
from engine.service.restoring import began, is_outdated, renewed, restored
from engine.service.saving import Saving
from engine.service.session import KEPT, Change, Draft, Session
from engine.service.versions import Versions
from engine.service.watching import Watching
from engine.service.workspace import Workspace

LOOK = 1.0
"""Seconds between two looks at the files."""
REBASE = 500
"""Edits after which the log is made to apply to a newer document."""


class NoSession(KnotworkError):
    """There is no session of this id."""

    def __init__(self, id: str) -> None:
        super().__init__(f'expected the id of a session, got "{id[:80]}". See the list, or open its graph.')


class Sessions:
    """Opens, edits and keeps graphs.

    Args:
        database: Where everything acknowledged is kept.
        workspace: Files and templates.
        headless: Reads and checks graphs.
        channels: Where every client of a session is told what happens, on ``graph:<session>``.
        later: Calls something after some time; the event loop's by default.

    Attributes:
        people: What those who edit are called.
    """

    def __init__(
        self,
        database: Database,
        workspace: Workspace,
        headless: Headless,
        channels: Channels,
        later: Later | None = None,
    ) -> None:
        self._workspace, self._headless, self._channels = workspace, headless, channels
        self._archive, self._versions = Archive(database), Versions(database)
        self.people = People(database)
        self._sources, self._ids = Opening(workspace, headless), Ids()
        self._later: Later = later or _call_later
        self._background = Background()
        self._checking = Checking(self.beside, channels, self._background)
        self._editing = Editing(self._archive, channels, self._background, self._edited)
        self._saving = Saving(workspace, self._archive, channels, self._background, self._later, self._look)
        self._watching = Watching(
            workspace, headless, self._archive, self._editing, self._saving, channels, self._background
        )
        self._open: dict[str, Opened] = {}
        self._opening = asyncio.Lock()
        self._timer: Timer | None = None

    async def start(self) -> None:
        """Save what a server that was killed did not, and begin to look at the files."""
        for id in await self._archive.unsaved_ids():
            self._background.start(self.opened(id))
        self._timer = self._later(LOOK, self._look_around)

    async def stop(self) -> None:
        """Write every file that can be written, and wait for all work; the next start goes on from here."""
        if self._timer is not None:
            self._timer.cancel()
        for opened in list(self._open.values()):
            if opened.pending is None:
                with suppress(KnotworkError):  # the database has it all: it is written after the next start
                    await self._saving.save(opened)
            self._let_go(opened)
        await self._background.settle()

    async def settle(self) -> None:
        """Wait for checks, files and whatever else goes on in the background."""
        await self._background.settle()

    async def open(self, source: GraphSource | bytes | None = None) -> SessionRecord:
        """Open a graph. The same file is one session, however often it is opened.

        Args:
            source: A session, a file or template by its name, a document; the bytes of an upload; or nothing
                for an empty graph.

        Raises:
            KnotworkError: There is no such graph, or it can't be read.
        """
        if isinstance(source, GraphSource) and source.session:
            return await self.get(source.session)
        found = await self._sources.find(source)
        async with self._opening:
            known = await self._archive.named(found.name) if found.name else None
            opened = await (self._begin(found) if known is None else self._restore(known))
        return opened.record()

    async def get(self, id: str) -> SessionRecord:
        """A session.

        Raises:
            NoSession: There is none of this id.
        """
        return (await self.opened(id)).record()

    async def list(self) -> tuple[SessionRecord, ...]:
        """Every session that is not closed, oldest first."""
        return tuple([await self.get(id) for id in await self._archive.open_ids()])

    async def graph(self, id: str) -> Graph:
        """A session's graph as it is now; it is not changed any more.

        Raises:
            NoSession: There is none of this id.
        """
        return (await self.opened(id)).session.graph

    async def snapshot(self, id: str) -> JsonValue:
        """All of a session, for a client that begins to listen: a ``GraphStateRecord``.

        Raises:
            NoSession: There is none of this id.
        """
        opened = await self.opened(id)
        names = await self.people.names(opened.session.authors.clients())
        session, pending = opened.session, opened.pending
        record = GraphStateRecord(
            session=opened.record(),
            document=document(session.graph),
            problems=records(session.problems.known),
            checked=not session.problems.stale,
            choice=pending.id if pending else "",
            conflicts=pending.choices() if pending else (),
            authors=session.authors.records(session.graph, names),
        )
        return record.model_dump()

    async def close(self, id: str) -> None:
        """Close a session once its file is written. Its log and versions stay, for when it is opened again.

        Raises:
            NoSession: There is none of this id.
            KnotworkError: Its file can't be written; it stays open.
        """
        opened = await self.opened(id)
        while not opened.closed:
            if opened.pending is None:
                await self._saving.save(opened)
            async with self._opening, opened.editing:
                if not opened.name or opened.is_saved or opened.pending is not None:
                    await self._put_away(opened)
        self._channels.close(opened.channel)

    async def edit(
        self, id: str, client: str, token: str, operations: Sequence[Mapping[str, JsonValue]]
    ) -> Change:
        """Apply operations, all or none; it is committed, then everyone is told, then this returns.

        Args:
            id: The session.
            client: Who edits.
            token: Names the edit for good: sent again, it is not made again.
            operations: Records of ``engine.graph.operations``.

        Raises:
            Refused: One of them is none, or can't be made on the graph as it is.
            NoSession: There is no such session.
            DatabaseError: They can't be committed.
        """
        parsed = _parsed(operations)

        def draft(session: Session) -> Draft:
            return session.edit(client, token, parsed)

        return await self._editing.make(
            await self.opened(id), token, draft, [dict(one) for one in operations]
        )

    async def undo(self, id: str, client: str, token: str) -> Change:
        """Take back the client's last edit that is not yet taken back, as far as others left it alone.

        Raises:
            Refused: There is none.
            NoSession: There is no such session.
            DatabaseError: It can't be committed.
        """
        return await self._editing.make(
            await self.opened(id), token, lambda session: session.undo(client, token)
        )

    async def redo(self, id: str, client: str, token: str) -> Change:
        """Make again what the client took back last.

        Raises:
            Refused: There is nothing, or the client has edited since.
            NoSession: There is no such session.
            DatabaseError: It can't be committed.
        """
        return await self._editing.make(
            await self.opened(id), token, lambda session: session.redo(client, token)
        )

    async def save(self, id: str, name: str = "") -> SessionRecord:
        """Write a session's file now, or write it to a new one, which is the session's from then on.

        Raises:
            Refused: It has no file, the new one is there already, or somebody has to choose first.
            KnotworkError: It can't be written.
        """
        opened = await self.opened(id)
        name = self._workspace.canonical(name) if name else opened.name
        if not name:
            raise Refused("expected a name for a graph that has no file yet, got none. Save it under one.")
        if name == opened.name:
            await self._saving.save(opened)
            return opened.record()
        async with self._opening:
            if await self._archive.named(name, closed=False) is not None:
                raise Refused(f"expected the name of a new file, but {name} is open. Choose another name.")
            await self._saving.save_as(opened, name)
        return opened.record()

    async def versions(self, id: str) -> tuple[VersionRecord, ...]:
        """The named versions of a session, oldest first."""
        return await self._versions.of(id)

    async def version(self, id: str, version: str) -> Graph:
        """The graph of a named version.

        Raises:
            NoVersion: The session has none of this id.
        """
        return await self._versions.graph(id, version)

    async def keep_version(self, id: str, name: str) -> VersionRecord:
        """Name the graph as it is now, to come back to it.

        Raises:
            NoSession: There is no such session.
        """
        session = (await self.opened(id)).session
        graph, seq = session.graph, session.seq
        record = VersionRecord(id=self._ids.next(), session=id, name=name, seq=seq, created=time())
        await self._versions.add(record, await asyncio.to_thread(graph.to_bytes))
        return record

    async def restore(self, id: str, version: str, client: str, token: str) -> Change:
        """Bring a version back, as an edit that everyone sees and ``client`` can take back.

        Raises:
            NoSession: There is no such session.
            NoVersion: It has no such version.
        """
        opened, graph = await self.opened(id), await self._versions.graph(id, version)
        return await self._editing.make(opened, token, lambda session: session.become(client, token, graph))

    async def branch(self, id: str, *, version: str = "", seq: int | None = None) -> SessionRecord:
        """Open a new session that begins where another one was.

        Args:
            id: The other session.
            version: One of its versions.
            seq: Or a number of edits; without both, as it is now.

        Raises:
            NoSession: There is no such session.
            NoVersion: It has no such version.
            Refused: Its log does not go back that far.
        """
        session = (await self.opened(id)).session
        if version:
            graph = await self._versions.graph(id, version)
        else:
            graph = session.graph if seq is None else await asyncio.to_thread(session.at, seq)
        return await self.begin(graph, id)

    async def begin(self, graph: Graph, parent: str) -> SessionRecord:
        """Open a new session with a graph that was made out of another session's."""
        async with self._opening:
            return (await self._begin(Found(graph), parent=parent)).record()

    async def look(self, id: str) -> None:
        """Look now whether somebody else wrote a session's file; otherwise that is noticed in a while."""
        await self._watching.look(await self.opened(id))

    async def resolve(
        self, id: str, choice: str, sides: Sequence[Side], client: str, token: str
    ) -> SessionRecord:
        """Settle what somebody else's change of the file left to be chosen.

        Args:
            id: The session.
            choice: Id of the choice.
            sides: A side for each of its conflicts, in order.
            client: Who chooses, and can take it back.
            token: Names the change for good.

        Raises:
            Refused: The choice is another one by now, or the sides don't fit.
            NoSession: There is no such session.
        """
        opened = await self.opened(id)
        await self._watching.resolve(opened, choice, sides, client, token)
        return opened.record()

    async def opened(self, id: str) -> Opened:
        """A session as the server holds it, brought back from the database if need be.

        Raises:
            NoSession: There is none of this id.
        """
        if (opened := self._open.get(id)) is not None:
            return opened
        async with self._opening:
            return await self._restore(id)

    def beside(self, opened: Opened) -> Beside:
        """What a session's graph sees around it."""
        name = opened.name
        return Beside(self._headless, self._workspace.place(name).parent if name else self._workspace.folder)

    def recheck(self) -> None:
        """Check every graph again: nodes were reloaded, or files that graphs name have changed."""
        for opened in self._open.values():
            opened.session.problems.outdate()
            self._checking.soon(opened)

    async def _begin(self, found: Found, parent: str = "") -> Opened:
        kept, opened = await asyncio.to_thread(began, self._ids.next(), found, parent)
        await self._archive.add(kept)
        self._open[opened.id] = opened
        self._checking.soon(opened)
        return opened

    async def _restore(self, id: str) -> Opened:
        """Bring a session back; ``_opening`` is held."""
        if (opened := self._open.get(id)) is not None:
            return opened
        found = await self._archive.load(id)
        if found is None:
            raise NoSession(id)
        kept, log = found
        opened = await asyncio.to_thread(restored, kept, log)
        if is_outdated(opened.session.graph, self._headless.registry):
            token = f"renewed {self._ids.next()}"
            draft = partial(renewed, registry=self._headless.registry, token=token)
            await self._editing.make(opened, token, draft)
        if kept.closed is not None:
            await self._archive.set(id, closed=None)
        await self._watching.look(opened)
        self._open[id] = opened
        self._checking.soon(opened)
        return opened

    def _edited(self, opened: Opened) -> None:
        """Begin what follows from a change."""
        self._checking.soon(opened)
        self._saving.soon(opened)
        session = opened.session
        if session.seq - opened.base_seq >= REBASE:
            opened.base_seq = session.seq
            self._background.start(self._rebase(opened.id, session.graph, session.seq))

    async def _rebase(self, id: str, graph: Graph, seq: int) -> None:
        data = await asyncio.to_thread(graph.to_bytes)
        await self._archive.rebase(id, data, seq, oldest=seq - KEPT + 1)

    async def _look(self, opened: Opened) -> None:
        await self._watching.look(opened)

    def _look_around(self) -> None:
        """Look at all files, and again after a while."""
        for opened in self._open.values():
            if opened.name and not opened.disk.locked():
                self._background.start(self._watching.look(opened))
        self._timer = self._later(LOOK, self._look_around)

    async def _put_away(self, opened: Opened) -> None:
        """Hold a session no longer; one that nobody ever edited is forgotten."""
        untouched = not opened.name and not opened.session.seq and not await self._versions.of(opened.id)
        await (self._archive.remove(opened.id) if untouched else self._archive.set(opened.id, closed=time()))
        self._let_go(opened)

    def _let_go(self, opened: Opened) -> None:
        if opened.saving is not None:
            opened.saving.cancel()
        opened.closed = True
        self._open.pop(opened.id, None)


def document(graph: Graph) -> dict[str, JsonValue]:
    """A graph as it is sent: with its format, without what is as usual."""
    return {"knotwork": graph.knotwork} | graph.model_dump(
        mode="python", by_alias=True, exclude_defaults=True
    )


def _parsed(operations: Sequence[Mapping[str, JsonValue]]) -> list[Operation | Patch]:
    parsed: list[Operation | Patch] = []
    for number, operation in enumerate(operations, 1):
        try:
            parsed.append(OPERATIONS.validate_python(dict(operation)))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise Refused(
                f"operation {number} of {len(operations)}, {where or 'op'}: {first['msg'].lower()}"
            ) from None
    return parsed


def _call_later(seconds: float, call: Callable[[], object]) -> Timer:
    return asyncio.get_running_loop().call_later(seconds, call)
