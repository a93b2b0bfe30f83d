"""Slow nodes that don't depend on each other take no longer than one of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import sleep

import pytest

import nodes
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.settings import Settings
from tests.bench.measure import interleaved, show, timed

pytestmark = pytest.mark.bench
SECONDS = 0.3
ran: list[int] = []


@node("bench.wait")
def wait(number: int) -> int:
    """Take 300 ms and leave the processor to others, as a kernel on another device does."""
    ran.append(number)
    sleep(SECONDS)
    return number


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Headless]:
    """An engine with an empty home, and the node above."""
    registry = Registry({nodes.pack.name: nodes.pack})
    registry.add([wait])
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path), "KNOTWORK_DEVICE": "cpu"})
    with Headless(settings, registry=registry) as engine:
        yield engine


def beside(*numbers: int) -> Graph:
    """Nodes side by side."""
    nodes = {f"n{i}": {"type": "bench.wait", "params": {"number": n}} for i, n in enumerate(numbers)}
    return Graph.model_validate({"nodes": nodes})


def test_four_independent_nodes_of_300_ms_take_400_ms_at_most(engine: Headless) -> None:
    fresh = count()
    found = interleaved(
        {
            "one": lambda: timed(lambda: engine.run(beside(next(fresh)))),
            "four": lambda: timed(lambda: engine.run(beside(*(next(fresh) for _ in range(4))))),
        },
        3,
    )
    show("nodes of 300 ms", found)

    assert found["four"].least.wall <= 0.4


def test_four_identical_nodes_run_once(engine: Headless) -> None:
    ran.clear()
    found = interleaved({"four identical": lambda: timed(lambda: engine.run(beside(-1, -1, -1, -1)))}, 1)
    show("nodes of 300 ms", found)

    assert ran == [-1]
    assert found["four identical"].least.wall <= 0.4
