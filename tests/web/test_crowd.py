"""Many clients watch one run, some of them reading nothing: over real sockets, with a real run."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from engine.service.client import Client
from engine.service.outbox import TOGETHER_BYTES
from engine.service.protocol import CLOSE_TOO_SLOW, SUBPROTOCOL, GraphSource, RunRequest
from engine.settings import Settings
from engine.web.live import Live, LiveLimits
from server import create_app
from tests.bench import graphs
from tests.web.loopback import Loopback

LIMITS = LiveLimits(reliable=2**17, lossy=2**14)
"""Small, yet larger than what a run tells in one go."""
HIGH_WATER = 2**16
"""Bytes at which asyncio lets nobody write more to a connection."""


@dataclass(slots=True)
class Watcher:
    """A client that watches a run.

    Attributes:
        port: The server's.
        channel: The run's.
        buffer: Bytes that its socket takes before they are read.
        seen: Numbers of the run's messages, in the order they came.
        epoch: The server's.
        ended: Whether the run is known to have ended.
    """

    port: int
    channel: str
    buffer: int
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
                self.seen.append(message["seq"])
                self.ended = message["event"]["type"] == "run.changed"


async def watch_in_a_crowd(home: Path, clients: int, stalled: int, nodes: int) -> None:
    """Let clients watch one run; whatever is promised to them is checked."""
    app = create_app(Settings(home=home / "home"), home / "graphs")
    async with app.router.lifespan_context(app), Loopback(app) as server, Client(server.address) as client:
        live = app.state.live = Live(app.state.service, LIMITS)
        queue = app.state.service.queue
        await queue.pause()
        document = graphs.chain(nodes).model_dump(mode="json", by_alias=True, exclude_defaults=True)
        request = RunRequest(graph=GraphSource(document={"knotwork": 1, **document}))
        (run,) = await client.submit(request)
        buffers = [2**12] * stalled + [2**17] * (clients - stalled)
        watchers = [Watcher(server.port, f"run:{run.id}", buffer) for buffer in buffers]
        connections = [await watcher.join() for watcher in watchers]
        lazy = list(zip(watchers, connections, strict=True))[:stalled]
        busy = list(zip(watchers, connections, strict=True))[stalled:]

        most = 0

        async def measure() -> None:
            nonlocal most
            async for _ in client.watch(run.id):
                most = max(most, live.waiting + server.buffered)

        await queue.resume()
        await asyncio.gather(measure(), *(watcher.follow(connection) for watcher, connection in busy))
        for watcher, connection in busy:
            assert watcher.seen == list(range(watcher.seen[0], watcher.seen[0] + len(watcher.seen)))
            assert len(watcher.seen) == nodes + 3  # the snapshot, what is planned, each node, the end
            await connection.close()
        a_client = LIMITS.reliable + LIMITS.lossy + HIGH_WATER + 2 * TOGETHER_BYTES
        assert 0 < most <= (clients + 1) * a_client

        for watcher, connection in lazy:
            with pytest.raises(ConnectionClosed) as closed:
                await watcher.follow(connection)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == CLOSE_TOO_SLOW
            assert "connect again" in closed.value.rcvd.reason
            again = await watcher.join()
            await watcher.follow(again)
            await again.close()
            assert watcher.seen == list(range(watcher.seen[0], watcher.seen[0] + nodes + 3))


def test_a_client_that_reads_nothing_slows_nobody_and_misses_nothing(tmp_path: Path) -> None:
    asyncio.run(watch_in_a_crowd(tmp_path, clients=20, stalled=3, nodes=4000))


@pytest.mark.soak
def test_twenty_of_two_hundred_clients_that_read_nothing_do_neither(tmp_path: Path) -> None:
    asyncio.run(watch_in_a_crowd(tmp_path, clients=200, stalled=20, nodes=8000))
