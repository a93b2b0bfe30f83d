"""Many clients watch one run, some of them reading nothing: over real sockets, with a real run."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Semaphore
from typing import Any

import msgpack
import pytest
from pydantic import JsonValue
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from engine.declare.node import node
from engine.declare.registry import Registry
from engine.service.client import Client
from engine.service.outbox import TOGETHER_BYTES
from engine.service.protocol import CLOSE_TOO_SLOW, SUBPROTOCOL, GraphSource, RunRequest
from engine.settings import Settings
from engine.web.live import Live, LiveLimits
from server import create_app
from tests.web.loopback import Loopback

LIMITS = LiveLimits(reliable=2**17, lossy=2**14)
STEPS = 250
"""Nodes that run until all who read have read of them."""
HIGH_WATER = 2**16
"""Bytes at which asyncio lets nobody write more to a connection."""


permits = Semaphore()
"""One for each node that may run."""


@node("crowd.step")
def step(before: int = 0) -> int:
    """Count on when it is time."""
    assert permits.acquire(timeout=60)
    return before + 1


class Pace:
    """Lets a run go on as fast as those who read can follow it.

    Args:
        readers: How many they are.
    """

    def __init__(self, readers: int) -> None:
        self._readers = readers
        self._read = 0
        permits.release(STEPS)

    def read(self) -> None:
        """Note that somebody has read a message."""
        self._read += 1
        if self._read % (STEPS * self._readers) == 0:
            permits.release(STEPS)


@dataclass(slots=True)
class Watcher:
    """A client that watches a run.

    Attributes:
        port: The server's.
        channel: The run's.
        buffer: Bytes that its socket takes before they are read.
        frames: How many frames are taken out of it before they are read.
        note: Called for each message of the run.
        seen: Numbers of the run's messages, in the order they came.
        epoch: The server's.
        ended: Whether the run is known to have ended.
    """

    port: int
    channel: str
    buffer: int
    frames: int
    note: Callable[[], None] = lambda: None
    seen: list[int] = field(default_factory=list[int])
    epoch: str = ""
    ended: bool = False

    async def join(self) -> ClientConnection:
        """Connect, and go on after the last message."""
        plug = socket.socket()
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer)
        plug.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plug, ("127.0.0.1", self.port))
        address = f"ws://127.0.0.1:{self.port}/api/live"
        protocols = [Subprotocol(SUBPROTOCOL)]
        connection = await connect(
            address,
            sock=plug,
            subprotocols=protocols,
            compression=None,
            max_size=None,
            max_queue=1,
            proxy=None,
        )
        last = {self.channel: self.seen[-1]} if self.seen else {}
        await self._say(connection, type="hello", client="crowd", epoch=self.epoch, last=last)
        if not self.seen:
            await self._say(connection, type="subscribe", id=1, channel=self.channel)
            while not self.seen:
                self._note(await connection.recv())
        return connection

    async def follow(self, connection: ClientConnection) -> None:
        """Read until the run has ended, or the connection."""
        while not self.ended:
            self._note(await connection.recv())

    async def _say(self, connection: ClientConnection, **message: Any) -> None:
        await connection.send(msgpack.packb(message))

    def _note(self, frame: str | bytes) -> None:
        assert isinstance(frame, bytes)
        tree = msgpack.unpackb(frame)
        for message in tree if isinstance(tree, list) else [tree]:
            self.epoch = message.get("epoch", self.epoch)
            if message["type"] == "snapshot":
                assert not self.seen, "what was missed is still there, so it is replayed"
                self.seen.append(message["seq"])
            elif message["type"] == "event":
                self.note()
                self.seen.append(message["seq"])
                self.ended = message["event"]["type"] == "run.changed"


def steps(count: int) -> GraphSource:
    """A chain of so many nodes that wait for their turns."""
    nodes: dict[str, JsonValue] = {"n0": {"type": "crowd.step"}}
    for number in range(1, count):
        nodes[f"n{number}"] = {"type": "crowd.step", "links": {"before": f"n{number - 1}.out"}}
    outputs: dict[str, JsonValue] = {"count": f"n{count - 1}.out"}
    return GraphSource(document={"knotwork": 1, "nodes": nodes, "outputs": outputs})


async def watch_in_a_crowd(home: Path, clients: int, stalled: int, nodes: int) -> None:
    """Let clients watch one run; whatever is promised to them is checked."""
    registry = Registry({})
    registry.add([step])
    app = create_app(Settings(home=home / "home"), home / "graphs", registry=registry)
    async with app.router.lifespan_context(app), Loopback(app) as server, Client(server.address) as client:
        live = app.state.live = Live(app.state.service, LIMITS)
        await app.state.service.queue.pause()
        (run,) = await client.submit(RunRequest(graph=steps(nodes)))
        channel, pace = f"run:{run.id}", Pace(clients - stalled)
        lazy = [Watcher(server.port, channel, 2**12, 1) for _ in range(stalled)]
        busy = [Watcher(server.port, channel, 2**17, 16, pace.read) for _ in range(clients - stalled)]
        asleep = [await watcher.join() for watcher in lazy]
        awake = [await watcher.join() for watcher in busy]
        most = 0

        async def measure() -> None:
            nonlocal most
            async for _ in client.watch(run.id):
                most = max(most, live.waiting + server.buffered)

        await app.state.service.queue.resume()
        await asyncio.gather(measure(), *map(Watcher.follow, busy, awake))
        for watcher, connection in zip(busy, awake, strict=True):
            assert_complete(watcher, nodes)
            await connection.close()
        for watcher, connection in zip(lazy, asleep, strict=True):
            await assert_given_up(watcher, connection)
            again = await watcher.join()
            await watcher.follow(again)
            await again.close()
            assert_complete(watcher, nodes)
        a_client = LIMITS.reliable + LIMITS.lossy + HIGH_WATER + 2 * TOGETHER_BYTES
        assert 0 < most <= (clients + 1) * a_client


def assert_complete(watcher: Watcher, nodes: int) -> None:
    """It got the snapshot, what is planned, each node and the end, in order and without a gap."""
    first = watcher.seen[0]
    assert watcher.seen == list(range(first, first + nodes + 3))


async def assert_given_up(watcher: Watcher, connection: ClientConnection) -> None:
    """It is told why when it reads again."""
    with pytest.raises(ConnectionClosed) as closed:
        await watcher.follow(connection)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CLOSE_TOO_SLOW
    assert "connect again" in closed.value.rcvd.reason


def test_a_client_that_reads_nothing_slows_nobody_and_misses_nothing(tmp_path: Path) -> None:
    asyncio.run(watch_in_a_crowd(tmp_path, clients=15, stalled=3, nodes=6000))


@pytest.mark.soak
def test_twenty_of_two_hundred_clients_that_read_nothing_do_neither(tmp_path: Path) -> None:
    asyncio.run(watch_in_a_crowd(tmp_path, clients=200, stalled=20, nodes=8000))
