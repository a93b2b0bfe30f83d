"""Running out of memory."""

from __future__ import annotations

from engine.declare.node import node
from engine.executors.headless import Headless
from tests.run.conftest import graph, ran

left: list[int] = []


@node("probe.greedy")
def greedy(name: str) -> str:
    """Ask for more memory than there is, as often as it is told to."""
    if left and left.pop():
        raise MemoryError(name)
    return name


def test_a_node_that_ran_out_of_memory_is_tried_once_more(engine: Headless) -> None:
    engine.registry.add([greedy])
    left[:] = [1]
    report, _ = ran(engine, graph({"a": {"type": "probe.greedy", "params": {"name": "x"}}}, {"x": "a.out"}))
    assert report.outputs == {"x": "x"}


def test_a_node_that_runs_out_again_fails_alone(engine: Headless) -> None:
    engine.registry.add([greedy])
    left[:] = [1, 1]
    nodes = {
        "a": {"type": "probe.greedy", "params": {"name": "x"}},
        "b": {"type": "probe.say", "params": {"text": "y"}},
    }
    report, _ = ran(engine, graph(nodes, {"x": "a.out", "y": "b.out"}))
    assert report.outcomes == {"a": "failed", "b": "executed"}
