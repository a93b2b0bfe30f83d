"""What the server costs around a run: a process of its own, asked over its WebSocket by the Python client."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgpack
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from engine.graph.document import Graph
from engine.service.client import Client, end_of
from engine.service.protocol import SERVER_MESSAGES, SUBPROTOCOL, GraphSource, RunRequest
from tests.bench import graphs
from tests.bench.measure import Cost, interleaved, show, timed

pytestmark = pytest.mark.bench
ROUNDS = 15
BOUNDS = {100: (0.025, 0.008), 1000: (0.5, 0.06)}
"""Nodes → seconds at most, cold and cached."""
ROUND_TRIP = 0.005
"""Seconds that an empty request may take."""
NODE = 250
"""Reliable bytes that an executed node may cost."""
T = TypeVar("T")


class Served:
    """A server, and a client of it whose loop runs while something is asked."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {"KNOTWORK_HOME": str(folder / "home"), "KNOTWORK_DEVICE": "cpu"}
        command = [
            sys.executable,
            "-m",
            "engine.cli",
            "serve",
            "--port",
            "0",
            "--workspace",
            str(folder / "graphs"),
        ]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().split()[-1].rstrip("/")
        self._runner = asyncio.Runner()
        self._client = Client(self.address)
        self.wait(self._client.__aenter__())
        self._fresh = count(1)

    def close(self) -> None:
        """Stop both."""
        self.wait(self._client.__aexit__(None, None, None))
        self._runner.close()
        self._process.terminate()
        self._process.communicate()

    def wait(self, work: Awaitable[T]) -> T:
        """Do something on the client's loop."""

        async def working() -> T:
            return await work

        return self._runner.run(working())

    def ping(self) -> Cost:
        """Measures an empty request."""
        return timed(lambda: self.wait(self._client.ping()))

    def open(self, size: int) -> GraphSource:
        """A session with a chain that never ran."""
        return GraphSource(session=self.wait(self._client.open(source(self.fresh(size)))).id)

    def cold(self, size: int) -> Callable[[], Cost]:
        """Measures a chain whose first number was typed in a moment ago."""
        session = self.open(size)

        def measure() -> Cost:
            operation = {"op": "set_param", "name": "n0", "port": "a", "value": 1e6 * next(self._fresh)}
            self.wait(self._client.edit(session.session, [operation]))
            return timed(lambda: self.run(session, size))

        return measure

    def cached(self, size: int) -> Callable[[], Cost]:
        """Measures an open chain that ran before."""
        session = self.open(size)
        self.run(session, size)
        return lambda: timed(lambda: self.run(session, 0))

    def sent(self, size: int) -> Callable[[], Cost]:
        """Measures a chain that ran before and is sent along again."""
        graph = source(self.fresh(size))
        self.run(graph, size)
        return lambda: timed(lambda: self.run(graph, 0))

    def fresh(self, size: int) -> Graph:
        """A chain that never ran."""
        graph = graphs.chain(size)
        graph.nodes["n0"].params["a"] = 1e6 * next(self._fresh)
        return graph

    def run(self, graph: GraphSource, expected: int) -> None:
        """Submit a graph and wait until it is done."""
        assert self.wait(self._done(graph)) == expected

    async def _done(self, graph: GraphSource) -> int:
        (run,) = await self._client.submit(RunRequest(graph=graph))
        return (await self._client.ended(run.id)).counts["executed"]


def source(graph: Graph) -> GraphSource:
    """A graph, as it is sent."""
    tree = graph.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return GraphSource(document={"knotwork": 1, **tree})


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    yield served
    served.close()


def test_a_run_over_the_socket_costs_little_more_than_its_nodes(served: Served) -> None:
    measures: dict[str, Callable[[], Cost]] = {"an empty round trip": served.ping}
    for size in BOUNDS:
        measures[f"{size:,} nodes, cold"] = served.cold(size)
        measures[f"{size:,} nodes, cached"] = served.cached(size)
        measures[f"{size:,} nodes, cached, sent along"] = served.sent(size)
    found = interleaved(measures, ROUNDS)
    show("over the WebSocket, from submit to done", found)

    assert found["an empty round trip"].middle.wall <= ROUND_TRIP
    for size, (cold, cached) in BOUNDS.items():
        assert found[f"{size:,} nodes, cold"].least.wall <= cold
        assert found[f"{size:,} nodes, cached"].least.wall <= cached


def test_what_is_sent_reliably_grows_with_the_nodes_and_stays_small(served: Served) -> None:
    sizes = (1, 1000, 2000)
    sent = [served.wait(reliable_bytes(served, size)) for size in sizes]
    each = (sent[1] - sent[0]) / (sizes[1] - sizes[0]), (sent[2] - sent[1]) / (sizes[2] - sizes[1])
    show(
        "reliable bytes of a run's channel",
        {},
        *(f"{size:,} nodes: {bytes:,}" for size, bytes in zip(sizes, sent, strict=True)),
        f"each executed node: {each[0]:.0f}, and of the second thousand {each[1]:.0f}",
    )

    assert max(each) <= NODE


async def reliable_bytes(served: Served, size: int) -> int:
    """Bytes of what a client is told reliably of a chain that never ran, from submit to done."""
    protocols = [Subprotocol(SUBPROTOCOL)]
    address = f"{served.address.replace('http', 'ws', 1)}/api/live"
    async with connect(address, subprotocols=protocols, compression=None, max_size=None) as socket:
        await socket.send(msgpack.packb({"type": "hello", "client": "bench", "last": {"queue": 0}}))
        request = RunRequest(graph=source(served.fresh(size))).model_dump()
        await socket.send(msgpack.packb({"type": "submit", "id": 1, "request": request}))
        total, channel = 0, ""
        while True:
            tree = msgpack.unpackb(bytes(await socket.recv(decode=False)))
            for message in tree if isinstance(tree, list) else [tree]:
                if message["type"] == "reply" and message["id"] == 1:
                    channel = f"run:{message['value'][0]['id']}"
                    await socket.send(msgpack.packb({"type": "subscribe", "id": 2, "channel": channel}))
                if message.get("channel") == channel and message["type"] in ("event", "snapshot"):
                    total += len(msgpack.packb(message))
                if message.get("channel") == channel and end_of(SERVER_MESSAGES.validate_python(message)):
                    return total
