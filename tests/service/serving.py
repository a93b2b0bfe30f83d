"""A queue with what it needs around it, and somebody who notes what is told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, TypeVar

from PIL import Image
from PIL.PngImagePlugin import PngInfo

import nodes
from engine.declare.context import Context
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import File, Seed, Within
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.artifacts import Artifacts
from engine.service.database import Database
from engine.service.feed import Offer
from engine.service.history import History
from engine.service.protocol import RunChanged
from engine.service.queue import RunQueue
from engine.service.records import GraphSource, RunRecord, RunRequest, Wire
from tests.run.conftest import PROBES, calls, gates, settings

PATIENCE = 20.0
"""Seconds after which a test that waits for something has failed."""
T = TypeVar("T")


@dataclass(frozen=True)
class Swatch:
    """A picture of one colour."""

    shade: int
    width: int = 4
    height: int = 4
    suffix = ".png"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """A grey PNG file that carries the text."""
        info, file = PngInfo(), BytesIO()
        for key, value in text.items():
            info.add_itxt(key, value)
        Image.new("L", (self.width, self.height), self.shade).save(file, "PNG", pnginfo=info)
        return [file.getvalue()]


@node("serve.swatch")
def swatch(shade: int = 0, width: int = 4) -> Any:  # for a class of values, torch would be made ready
    """Make a picture of one colour."""
    return Swatch(shade, width)


@node("serve.draw")
def draw(seed: Seed = 0) -> int:
    """Give the seed back."""
    return seed


@node("serve.spell")
def spell(text: str) -> Any:
    """Read JSON."""
    return json.loads(text)


@node("serve.load")
def load(model: Annotated[File, Within("models", (".bin",))]) -> str:
    """Read a model."""
    return model.path.name


@node("serve.show")
def show(text: str, ctx: Context) -> str:
    """Show a value and tell progress while it runs."""
    ctx.progress(1, 2)
    ctx.preview(Swatch(7))
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """What was told: on which channel, and to whom a key means something."""

    channel: str
    event: Wire
    key: str = ""


class Recorder:
    """Notes what is told, in order."""

    def __init__(self) -> None:
        self.published: list[Message] = []
        self.said: list[Message] = []
        self.closed: list[str] = []
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def publish(self, channel: str, event: Wire, *, over: str = "") -> int:
        """Note a reliable message."""
        self.published.append(Message(channel, event, over))
        task = asyncio.get_running_loop().create_task(self._wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return len(self.published)

    def say(self, channel: str, key: str, event: Wire) -> None:
        """Note a lossy message."""
        self.said.append(Message(channel, event, key))

    def close(self, channel: str) -> None:
        """Note that a channel is done."""
        self.closed.append(channel)

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait until what was told fulfils something."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(there), PATIENCE)

    def of(self, channel: str) -> list[Any]:
        """The reliable events of one channel."""
        return [message.event for message in self.published if message.channel == channel]

    def states(self, channel: str = "queue") -> list[tuple[str, str]]:
        """Which run was in which state, as told."""
        return [(one.run.id, one.run.state) for one in self.of(channel) if isinstance(one, RunChanged)]

    async def _wake(self) -> None:
        async with self._news:
            self._news.notify_all()


@dataclass(frozen=True, slots=True)
class Served:
    """The parts."""

    database: Database
    headless: Headless
    artifacts: Artifacts
    told: Recorder
    queue: RunQueue
    history: History

    async def run(self, graph: Graph, **asked: Any) -> Any:
        """Submit a graph and wait for its first run."""
        records = await self.queue.submit(request(**asked), graph)
        return await asyncio.wait_for(self.queue.wait(records[0].id), PATIENCE)

    async def run_all(self, graph: Graph, **asked: Any) -> list[Any]:
        """Submit a graph and wait for all its runs."""
        records = await self.queue.submit(request(**asked), graph)
        return [await asyncio.wait_for(self.queue.wait(record.id), PATIENCE) for record in records]


def registry() -> Registry:
    """The built-in nodes, the probes, and those above."""
    registry = Registry({nodes.pack.name: nodes.pack})
    registry.add([*PROBES, draw, load, show, spell, swatch])
    return registry


@asynccontextmanager
async def served(home: Path, url: str, offer: Offer | None = None) -> AsyncGenerator[Served]:
    """A queue that works, on a home and a database."""
    database = await Database.open(url, home)
    headless = Headless(settings(home), registry=registry(), base=home, local=False)
    artifacts, told = Artifacts(home, database), Recorder()
    queue = RunQueue(database, headless, artifacts, told, offer)
    await queue.start()
    try:
        yield Served(database, headless, artifacts, told, queue, History(database, artifacts, told))
    finally:
        await queue.stop()
        await asyncio.to_thread(headless.close)
        await database.close()


def serving(home: Path, url: str, test: Callable[[Served], Awaitable[T]], offer: Offer | None = None) -> T:
    """Run a test on a queue that works; what it gave."""

    async def go() -> T:
        async with served(home, url, offer) as parts:
            return await test(parts)

    calls.clear()
    gates.clear()
    return asyncio.run(go())


def request(**asked: Any) -> RunRequest:
    """A request, whose graph is handed over beside it."""
    return RunRequest.model_validate({"graph": GraphSource(name="test"), **asked})


def graph(nodes: dict[str, Any], outputs: dict[str, str], **fields: Any) -> Graph:
    """A graph from plain records."""
    return Graph.model_validate({"nodes": nodes, "outputs": outputs, **fields})


def add(a: float = 1, b: float = 2, **fields: Any) -> Graph:
    """``a + b``, with both as inputs."""
    inputs = {"a": {"to": ["sum.a"], "default": a}, "b": {"to": ["sum.b"], "default": b}}
    return graph({"sum": {"type": "math.add"}}, {"total": "sum.out"}, inputs=inputs, **fields)


def say(text: str) -> Graph:
    """Notes that it ran."""
    return graph({"say": {"type": "probe.say", "params": {"text": text}}}, {"said": "say.out"})


def gate(name: str) -> Graph:
    """Waits for the word between two nodes, the second of which is never needed before."""
    return graph(
        {
            "first": {"type": "probe.say", "params": {"text": f"before {name}"}},
            "gate": {"type": "probe.gate", "params": {"name": name}},
            "last": {"type": "probe.say", "links": {"text": "gate.out", "after": "first.out"}},
        },
        {"out": "last.out"},
    )


def ids(records: Sequence[RunRecord]) -> list[str]:
    return [record.id for record in records]


async def held(parts: Served, name: str = "a") -> RunRecord:
    """A run that has begun, and goes on when ``gates["go"]`` is set."""
    gates["go"], gates[name] = threading.Event(), threading.Event()
    [record] = await parts.queue.submit(request(), gate(name))
    assert await asyncio.to_thread(gates[name].wait, PATIENCE)
    return record


async def queued(parts: Served, *names: str, **asked: Any) -> list[str]:
    """Ids of runs that wait, one for each name."""
    return [(await parts.queue.submit(request(**asked), say(name)))[0].id for name in names]
