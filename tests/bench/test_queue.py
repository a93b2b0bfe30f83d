"""What the run queue costs around a run: from the request until its end is recorded and told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.artifacts import Artifacts
from engine.service.channels import Channels
from engine.service.database import Database
from engine.service.queue import RunQueue
from engine.service.records import GraphSource, RunRequest
from engine.settings import Settings
from tests.bench import graphs
from tests.bench.measure import Cost, interleaved, show, timed

pytestmark = pytest.mark.bench
ROUNDS = 15
BOUNDS = {100: (0.025, 0.008), 1000: (0.5, 0.06)}
"""Nodes → seconds at most, cold and cached."""


class Serving:
    """A queue on an event loop that runs while something is asked of it."""

    def __init__(self, home: Path) -> None:
        settings = Settings.load({"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
        self._runner = asyncio.Runner()
        self._headless = Headless(settings, local=False)
        self._database = self._runner.run(Database.open("", home))
        self._queue = self._runner.run(self._opened(home))
        self._fresh = count()

    async def _opened(self, home: Path) -> RunQueue:
        queue = RunQueue(self._database, self._headless, Artifacts(home, self._database), Channels("bench"))
        await queue.start()
        return queue

    def close(self) -> None:
        """Stop everything."""
        self._runner.run(self._queue.stop())
        self._runner.run(self._database.close())
        self._runner.close()
        self._headless.close()

    def run(self, graph: Graph, executed: int) -> None:
        """Submit a graph and wait until it is done."""
        assert self._runner.run(self._done(graph)) == executed

    async def _done(self, graph: Graph) -> int:
        [record] = await self._queue.submit(RunRequest(graph=GraphSource(name="bench")), graph)
        return (await self._queue.wait(record.id)).counts["executed"]

    def fresh(self, size: int) -> Graph:
        """A chain that never ran."""
        graph = graphs.chain(size)
        graph.nodes["n0"].params["a"] = 1e6 * next(self._fresh)
        return graph

    def cold(self, size: int) -> Callable[[], Cost]:
        """Measures a chain that comes for the first time."""

        def measure() -> Cost:
            graph = self.fresh(size)
            return timed(lambda: self.run(graph, size))

        return measure

    def cached(self, size: int) -> Callable[[], Cost]:
        """Measures a chain that ran before."""
        graph = self.fresh(size)
        self.run(graph, size)
        return lambda: timed(lambda: self.run(graph, 0))


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    serving = Serving(tmp_path)
    yield serving
    serving.close()


def test_a_run_costs_little_more_than_its_nodes(serving: Serving) -> None:
    measures: dict[str, Callable[[], Cost]] = {"1 node, cached": serving.cached(1)}
    for size in BOUNDS:
        measures[f"{size:,} nodes, cold"] = serving.cold(size)
        measures[f"{size:,} nodes, cached"] = serving.cached(size)
    found = interleaved(measures, ROUNDS)
    show("from submit to done", found)

    for size, (cold, cached) in BOUNDS.items():
        assert found[f"{size:,} nodes, cold"].least.wall <= cold
        assert found[f"{size:,} nodes, cached"].least.wall <= cached
