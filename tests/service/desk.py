"""Sessions to edit at in a test: a clock that stands still until it is moved, channels that remember."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from engine.declare.registry import Registry
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.channels import encode
from engine.service.database import Database
from engine.service.opened import Later
from engine.service.protocol import Edited, Wire
from engine.service.records import GraphSource
from engine.service.session import Change
from engine.service.sessions import Sessions
from engine.service.workspace import Workspace
from engine.settings import Settings
from tests.graph.nodes import registry

W = TypeVar("W", bound=Wire)
TOKENS = count()
SUMS: dict[str, Any] = {
    "title": "Sums",
    "nodes": {
        "one": {"type": "t.number", "params": {"value": 1}},
        "two": {"type": "t.number", "params": {"value": 2}},
        "sum": {"type": "t.add", "links": {"a": "one.out", "b": "two.out"}},
    },
}


def story(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test that happens on an event loop."""

    @functools.wraps(test)
    def told(*args: Any, **kwargs: Any) -> None:
        async def within_a_minute() -> None:
            async with asyncio.timeout(60):
                await test(*args, **kwargs)

        asyncio.run(within_a_minute())

    return told


@dataclass(eq=False)
class Alarm:
    """What a clock was asked to call."""

    call: Callable[[], object]
    off: bool = False

    def cancel(self) -> None:
        """See ``Timer``."""
        self.off = True


@dataclass
class Clock:
    """Time that goes on only when it is told to."""

    now: float = 0.0
    _alarms: list[tuple[float, int, Alarm]] = field(default_factory=list[tuple[float, int, Alarm]])
    _order: count[int] = field(default_factory=count)

    def later(self, seconds: float, call: Callable[[], object]) -> Alarm:
        """See ``Later``."""
        alarm = Alarm(call)
        heappush(self._alarms, (self.now + seconds, next(self._order), alarm))
        return alarm

    def go(self, seconds: float) -> None:
        """Let time pass, and happen what was to happen in it."""
        end = self.now + seconds
        while self._alarms and self._alarms[0][0] <= end:
            self.now, _, alarm = heappop(self._alarms)
            if not alarm.off:
                alarm.call()
        self.now = end


@dataclass
class Told:
    """What was published, in order."""

    events: list[tuple[str, Wire]] = field(default_factory=list[tuple[str, Wire]])
    closed: list[str] = field(default_factory=list[str])

    def publish(self, channel: str, event: Wire) -> int:
        """See ``Channels``."""
        encode(event)
        self.events.append((channel, event))
        return len(self.events)

    def close(self, channel: str) -> None:
        """See ``Channels``."""
        self.closed.append(channel)

    def of(self, kind: type[W]) -> list[W]:
        """The events of one kind."""
        return [event for _, event in self.events if isinstance(event, kind)]


@dataclass
class Desk:
    """Sessions, and everything around them that a test wants to touch."""

    sessions: Sessions
    clock: Clock
    told: Told
    folder: Path
    database: Database
    headless: Headless

    def file(self, name: str = "sum.json", tree: Any = None) -> Path:
        """A graph file of the workspace, written if there is something to write."""
        path = self.folder / name
        if tree is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            Graph.model_validate(tree).write(path)
        return path

    def written(self, name: str = "sum.json") -> Graph:
        """What a graph file holds."""
        return Graph.read(self.file(name))

    async def open(self, name: str = "sum.json") -> str:
        """The session of a file, which holds ``SUMS`` if it was not there."""
        if not self.file(name).exists():
            self.file(name, SUMS)
        return (await self.sessions.open(GraphSource(name=name))).id

    async def value(self, id: str, name: str = "one") -> Any:
        """What is typed into an instance."""
        return (await self.sessions.graph(id)).nodes[name].params["value"]

    def token(self) -> str:
        """A token that was not used before."""
        return f"token {next(TOKENS)}"

    async def edit(self, id: str, *operations: dict[str, Any], client: str = "anna") -> Change:
        """Edit, with a token of its own."""
        return await self.sessions.edit(id, client, self.token(), operations)

    async def set(self, id: str, name: str, value: object, *, client: str = "anna") -> Change:
        """Type a value."""
        return await self.edit(id, set_value(name, value), client=client)

    async def undo(self, id: str, client: str = "anna") -> Change:
        """Take back."""
        return await self.sessions.undo(id, client, self.token())

    async def redo(self, id: str, client: str = "anna") -> Change:
        """Make again."""
        return await self.sessions.redo(id, client, self.token())

    async def pass_(self, seconds: float) -> None:
        """Let time pass, and wait for what happens in it."""
        self.clock.go(seconds)
        await self.sessions.settle()

    def edits(self) -> list[Edited]:
        """The edits that were told."""
        return self.told.of(Edited)


def set_value(name: str, value: object) -> dict[str, Any]:
    """The operation that types a value."""
    return {"op": "set_param", "name": name, "port": "value", "value": value}


@asynccontextmanager
async def desk(
    tmp_path: Path,
    url: str = "",
    nodes: Registry | None = None,
    *,
    later: Later | None = None,
    stopped: bool = True,
) -> AsyncGenerator[Desk]:
    """Open sessions on a home and a workspace below a folder; what an earlier desk left is there.

    Args:
        tmp_path: The folder.
        url: The database; SQLite in the home without it.
        nodes: What is installed.
        later: The clock, if it is to be another one.
        stopped: Whether the server is stopped at the end; otherwise it is as if it was killed.
    """
    library = tmp_path / "library"
    library.mkdir(parents=True, exist_ok=True)
    settings = Settings(home=tmp_path / "home", device="cpu", library_roots=(library,))
    workspace = Workspace(tmp_path / "graphs", settings)
    database = await Database.open(url, settings.home)
    headless = Headless(settings, registry=nodes or registry(), base=workspace.folder, local=False)
    clock, told = Clock(), Told()
    sessions = Sessions(database, workspace, headless, told, later or clock.later)
    try:
        await sessions.start()
        yield Desk(sessions, clock, told, workspace.folder, database, headless)
        await (sessions.stop() if stopped else sessions.settle())
    finally:
        await sessions.settle()
        await database.close()
        headless.close()
