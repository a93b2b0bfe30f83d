"""What tests fork graphs with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.executors.headless import Headless
from engine.graph.document import Fork, Graph
from engine.graph.forks import forked
from engine.service.steps import Steps
from engine.service.stored import stored


def fork(
    engine: Headless, graph: Graph, loop: str, turn: int, values: Mapping[str, Any] | None = None
) -> Graph:
    """A graph that ran with some values, with its loop going on from a turn that was kept."""
    engine.store.flush()
    plan = engine.plan(graph, values)
    steps = Steps(plan, plan.number(loop), stored(plan, engine.store), engine.store)
    return forked(graph, loop, Fork(turn=turn, key=steps.keys[turn].hex()), engine.reference)
