"""Open graphs forked at a kept turn of a loop."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import GraphError
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.report import Report
from engine.service.finding import NoValue
from engine.service.forking import Forking
from engine.service.planning import Planner
from engine.service.records import GraphSource, SessionRecord
from engine.service.sources import Sources
from engine.service.view_records import StepsRecord
from engine.service.workspace import Workspace
from tests.service.desk import story
from tests.service.test_values import LOOP, START, Looking, looking

PACKED: dict[str, Any] = {
    "title": "Packed",
    "inputs": {"by": {"to": ["loop.step"], "default": 1}},
    "outputs": {"x": "loop.x"},
    "nodes": {"start": START, "loop": {**LOOP, "count": 10, "keep": 9}},
}


async def forked(look: Looking, instance: str, turn: int, title: str = "") -> SessionRecord:
    """Fork the session's graph, and look at the new one from then on."""
    headless, sessions = look.at.headless, look.at.sessions
    sources = Sources(Workspace(look.at.folder, headless.settings), headless)
    forking = Forking(sessions, Planner(headless, sessions), look.values, sources, headless.store)
    record = await forking.fork(look.id, instance, turn, title)
    look.id = record.id
    return record


async def run(look: Looking) -> Report:
    graph = await look.at.sessions.graph(look.id)
    return await asyncio.to_thread(look.at.headless.run, graph)


def turns(steps: StepsRecord) -> list[tuple[int, bool]]:
    return [(one.turn, one.pinned) for one in steps.turns]


@story
async def test_a_fork_is_a_session_of_its_own_and_pins_its_turn(tmp_path: Path) -> None:
    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 10}}) as look:
        await look.run()
        first, before = look.id, await look.at.sessions.graph(look.id)
        record = await forked(look, "loop", 6)

        assert (record.name, record.title) == ("", "graph from step 6")
        assert await look.at.sessions.graph(first) is before
        assert turns(await look.values.steps(first, "loop")) == [(6, True), (9, False), (10, False)]
        steps = await look.values.steps(look.id, "loop")
        assert (turns(steps), steps.of, steps.gone) == ([(6, True)], 10, 0)
        assert await look.value("loop", "x", turn=6) == 16.0


@story
async def test_a_forked_graph_keeps_turns_of_its_own(tmp_path: Path) -> None:
    async with looking(
        tmp_path, {"start": START, "loop": {**LOOP, "count": 10, "params": {"step": 1}}}
    ) as look:
        await look.run()
        await forked(look, "loop", 6, "Mine")
        await look.edit({"op": "set_param", "name": "loop", "port": "step", "value": 100})
        assert turns(await look.values.steps(look.id, "loop")) == [(6, True)]
        await look.run()
        assert turns(await look.values.steps(look.id, "loop")) == [(6, True), (9, False), (10, False)]
        assert [await look.value("loop", "x", turn=turn) for turn in (6, 9, 10)] == [16.0, 316.0, 416.0]
        assert (await look.at.sessions.get(look.id)).title == "Mine"


@story
async def test_what_is_referred_to_on_the_way_is_embedded(tmp_path: Path) -> None:
    nodes = {"outer": {"graph": {"outputs": {"x": "sub.x"}, "nodes": {"sub": {"ref": "packed.json"}}}}}
    async with looking(tmp_path, nodes, outputs={"x": "outer.x"}) as look:
        look.at.file("packed.json", PACKED)
        report = await run(look)
        first = look.id
        await forked(look, "outer/sub/loop", 6)
        graph = await look.at.sessions.graph(look.id)

        inside = graph.nodes["outer"].graph
        assert inside is not None
        assert (inside.nodes["sub"].ref, inside.nodes["sub"].graph is not None) == ("", True)
        original = (await look.at.sessions.graph(first)).nodes["outer"].graph
        assert original is not None
        assert original.nodes["sub"].ref == "packed.json"
        again = await run(look)
        assert (again.outputs, again.outcomes["outer/sub/loop"]) == (report.outputs, "executed")


@story
async def test_a_graph_of_another_folder_means_the_same_when_it_was_forked(tmp_path: Path) -> None:
    async with looking(tmp_path, {}) as look:
        look.at.file("deep/packed.json", PACKED)
        other = {"ref": "packed.json", "params": {"by": 2}}
        look.at.file("deep/graph.json", {"nodes": {"sub": {"ref": "packed.json"}, "other": other}})
        look.id = (await look.at.sessions.open(GraphSource(name="deep/graph.json"))).id
        planner = Planner(look.at.headless, look.at.sessions)
        plan = (await planner.plan(look.id)).plan
        await asyncio.to_thread(look.at.headless.local.run, plan)
        await asyncio.to_thread(look.at.headless.store.flush)
        await forked(look, "sub/loop", 6)
        report = await run(look)
        assert (report.status, report.outputs) == ("done", {"sub/loop.x": 20.0, "other/loop.x": 30.0})


@story
async def test_a_forked_graph_runs_headless_on_the_same_store(tmp_path: Path) -> None:
    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 10}}) as look:
        await look.run()
        await forked(look, "loop", 6)
        await look.at.sessions.save(look.id, "forked.json")
        file, settings = look.at.folder / "forked.json", look.at.headless.settings
        assert json.loads(file.read_text())["nodes"]["loop"]["fork"]["turn"] == 6
        registry = look.at.headless.registry

    with Headless(settings, registry=registry) as headless:
        report = headless.run(Graph.read(file))
        assert (report.outputs, report.counts["executed"]) == ({"loop.x": 20.0}, 1)
    with Headless(settings, registry=registry, cache=False) as elsewhere:
        report = elsewhere.run(Graph.read(file))
        assert "are not in the store" in str(report.failures[0])


@story
async def test_what_a_forked_loop_goes_on_from_is_not_forgotten_with_it(tmp_path: Path) -> None:
    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 10}}) as look:
        await look.run()
        await forked(look, "loop", 6)
        await look.edit({"op": "set_param", "name": "loop", "port": "step", "value": 100})
        await look.run()
        await look.values.pin(look.id, "loop", 6, pinned=False)
        await look.values.drop(look.id, "loop")
        steps = await look.values.steps(look.id, "loop")
        assert (turns(steps), steps.gone) == ([(6, False)], 0)


@story
async def test_a_turn_that_is_gone_is_told(tmp_path: Path) -> None:
    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 10}}) as look:
        await look.run()
        await forked(look, "loop", 6)
        await asyncio.to_thread(look.at.headless.store.clear)
        steps = await look.values.steps(look.id, "loop")
        assert (steps.turns, steps.gone) == ((), 6)


@story
async def test_only_kept_turns_of_loops_outside_of_loops_are_forked(tmp_path: Path) -> None:
    inner = {**LOOP, "carry": {"x": 1}, "count": 3}
    outer = {
        "inputs": {"y": {"to": ["add.a"]}},
        "outputs": {"y": "add.out"},
        "nodes": {"loop": inner, "add": {"type": "math.add", "links": {"b": "loop.x"}}},
    }
    nested = {"type": "flow.loop", "graph": outer, "carry": {"y": 0}, "count": 2}
    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 4}, "nested": nested}) as look:
        await look.run()
        for instance, turn in (("loop", 2), ("start", 3), ("nobody", 3)):
            with pytest.raises(NoValue):
                await forked(look, instance, turn)
        assert [one.turn for one in (await look.values.steps(look.id, "nested/loop")).turns] == [3]
        with pytest.raises(GraphError, match="isn't inside of another one"):
            await forked(look, "nested/loop", 3)
        assert turns(await look.values.steps(look.id, "nested/loop")) == [(3, False)]
