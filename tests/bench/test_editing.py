"""An edit of a graph of two thousand instances: made, checked and planned again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from time import perf_counter, process_time

import pytest

from engine.service.planning import Planner
from tests.bench import graphs
from tests.bench.measure import Cost, Measured, measured, show
from tests.bench.ran import ran
from tests.service.desk import Desk

pytestmark = pytest.mark.bench

MANY = 2000
ROUNDS = 15
BOUND = 0.010
"""Seconds of processor time for the plan after an edit, the first one after a run, too."""


class Editor:
    """Somebody who types into one port and looks at the plan."""

    def __init__(self, at: Desk, planner: Planner, id: str, name: str) -> None:
        self._at, self._planner, self._id, self._name = at, planner, id, name
        self._values, self._version = count(1000), ""

    async def again(self) -> None:
        """Bring the store's results back into the plan, as after a run."""
        await self._at.sessions.undo(self._id, "me", self._at.token())
        await self.look()

    async def look(self) -> None:
        """Ask for the plan."""
        self._version = (await self._planner.explain(self._id, after=self._version)).version

    async def type(self) -> None:
        """Type another value."""
        value = next(self._values) / 7
        await self._at.edit(
            self._id, {"op": "set_param", "name": self._name, "port": "b", "value": value}, client="me"
        )


async def cost(*acts: Callable[[], Awaitable[None]]) -> Cost:
    wall, cpu = perf_counter(), process_time()
    for act in acts:
        await act()
    return Cost(perf_counter() - wall, process_time() - cpu)


async def typing(folder: Path, shape: graphs.Shape, name: str) -> dict[str, Measured]:
    found: dict[str, list[Cost]] = {}
    async with ran(folder, shape, MANY) as (at, planner, id):
        editor = Editor(at, planner, id, name)
        await editor.look()
        for _ in range(ROUNDS):
            for act, title in ((editor.type, "edit and problems"), (editor.look, "plan, the first time")):
                found.setdefault(title, []).append(await cost(act))
            found.setdefault("edit, problems and plan, again", []).append(
                await cost(editor.type, editor.look)
            )
            for _ in range(2):
                await editor.again()
        assert not (await at.sessions.opened(id)).session.problems.stale
    return {title: measured(costs) for title, costs in found.items()}


@pytest.mark.parametrize("name", ["n0", f"n{MANY // 2}"], ids=["start", "middle"])
@pytest.mark.parametrize("shape", [graphs.chain, graphs.fan_out], ids=lambda shape: shape.__name__)
def test_typing_a_value_is_planned_in_ten_milliseconds(
    tmp_path: Path, shape: graphs.Shape, name: str
) -> None:
    found = asyncio.run(typing(tmp_path, shape, name))
    show(f"{shape.__name__} of {MANY:,}, typing into {name}", found)

    assert found["edit, problems and plan, again"].least.cpu <= BOUND
    assert found["plan, the first time"].least.cpu <= BOUND
