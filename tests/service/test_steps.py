"""The turns of a loop after which its values were kept: told, looked at, pinned."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.service.finding import NoValue
from engine.service.view_records import StepsRecord
from engine.store.ref import Ref
from engine.store.store import Store
from tests.service.desk import story
from tests.service.test_values import BODY, LOOP, START, looking, say


@story
async def test_the_kept_turns_of_a_loop_are_told_with_what_they_carry(tmp_path: Path) -> None:
    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 10}}) as look:
        assert (await look.values.steps(look.id, "loop")).turns == ()
        await look.run()
        steps = await look.values.steps(look.id, "loop")

        assert ([one.turn for one in steps.turns], steps.of) == ([6, 9, 10], 10)
        assert {one.carry for one in steps.turns} == {("x",)}
        assert [await look.value("loop", "x", turn=turn) for turn in (6, 9, 10)] == [16.0, 19.0, 20.0]
        assert await look.why("loop", "x", turn=3) == "no-turn"
        assert await look.why("loop", "y", turn=6) == "missing-port"


@story
async def test_a_longer_loop_has_the_turns_that_were_kept_before(tmp_path: Path) -> None:
    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 6}}) as look:
        await look.run()
        await look.edit({"op": "set_fields", "name": "loop", "fields": {"count": 12}})
        assert await look.why("loop", "x") == "changed"
        steps = await look.values.steps(look.id, "loop")
        assert ([one.turn for one in steps.turns], steps.of) == ([3, 6], 12)
        await look.edit({"op": "set_param", "name": "start", "port": "a", "value": 11})

        assert (await look.values.steps(look.id, "loop")).turns == ()


@story
async def test_as_many_turns_stay_as_the_loop_asks_for_and_asking_changes_no_result(tmp_path: Path) -> None:
    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 10, "keep": 3}}) as look:
        await look.run()
        steps = await look.values.steps(look.id, "loop")
        assert [one.turn for one in steps.turns] == [3, 6, 9, 10]
        await look.edit({"op": "set_fields", "name": "loop", "fields": {"keep": 1}})
        assert await look.value("loop", "x") == 20.0


@story
async def test_a_pinned_turn_stays_when_the_loop_goes_on(tmp_path: Path) -> None:
    async def turns() -> list[tuple[int, bool]]:
        return [(one.turn, one.pinned) for one in (await look.values.steps(look.id, "loop")).turns]

    async with looking(tmp_path, {"start": START, "loop": {**LOOP, "count": 6}}) as look:
        await look.run()
        await look.values.pin(look.id, "loop", 3)
        assert await turns() == [(3, True), (6, False)]
        await look.edit({"op": "set_fields", "name": "loop", "fields": {"count": 15}})
        await look.run()
        assert await turns() == [(3, True), (12, False), (15, False)]
        told = await look.values.pin(look.id, "loop", 3, pinned=False)
        assert not any(one.pinned for one in told.turns)
        with pytest.raises(NoValue) as refused:
            await look.values.pin(look.id, "loop", 6)
        assert refused.value.problems[0].code == "no-turn"


@story
async def test_a_loop_that_is_forgotten_keeps_no_turn_to_go_on_from_but_pinned_ones(tmp_path: Path) -> None:
    async def turns() -> list[int]:
        return [one.turn for one in (await look.values.steps(look.id, "loop")).turns]

    body = {
        "inputs": {"x": {"to": ["add.a"]}},
        "outputs": {"x": "add.out"},
        "nodes": {"add": {"type": "math.add", "params": {"b": 1}}},
    }
    loop = {**LOOP, "graph": body, "count": 10}
    async with looking(tmp_path, {"start": START, "loop": loop}) as look:
        await look.run()
        await look.values.pin(look.id, "loop", 6)
        await look.values.drop(look.id, "loop")
        assert (await turns(), await look.value("start")) == ([6], 10.0)
        await look.values.pin(look.id, "loop", 6, pinned=False)
        await look.values.drop(look.id, "loop")
        assert await turns() == []
        await look.run()
        assert await turns() == [6, 9, 10]


@story
async def test_the_turns_of_loops_over_items_and_with_a_condition_are_found(tmp_path: Path) -> None:
    body = {
        "inputs": {"x": {"to": ["add.a", "less.a"]}, "item": {"to": ["add.b"]}},
        "outputs": {"x": "add.out", "on": "less.out"},
        "nodes": {"add": {"type": "math.add"}, "less": {"type": "math.compare", "params": {"b": 3}}},
    }
    over = {"type": "flow.loop", "graph": body, "carry": {"x": 0}, "checkpoint": 2}
    ends = {**over, "items": [1, 1, 1, 1, 1, 1, 1, 1], "while": "on", "checkpoint": 3}
    async with looking(tmp_path, {"all": {**over, "items": [1, 2, 3]}, "ends": ends}) as look:
        await look.run()
        every, until = [await look.values.steps(look.id, name) for name in ("all", "ends")]

        assert ([one.turn for one in every.turns], every.of) == ([2, 3], 3)
        assert ([one.turn for one in until.turns], until.of) == ([3, 4], 8)


@story
async def test_only_loops_have_turns(tmp_path: Path) -> None:
    plain = {"one": say(), "loop": {**LOOP, "checkpoint": 0, "count": 2, "carry": {"x": 0}}}
    async with looking(tmp_path, plain) as look:
        await look.run()
        none = await look.values.steps(look.id, "loop")
        assert (none.turns, none.of) == ((), 2)
        for name in ("one", "nobody", "loop/add"):
            assert await look.values.steps(look.id, name) == StepsRecord(turns=())
            with pytest.raises(NoValue):
                await look.values.pin(look.id, name, 1)


@story
async def test_a_loop_that_cant_run_has_no_turns(tmp_path: Path) -> None:
    async with looking(tmp_path, {"loop": {**LOOP, "count": 6, "carry": {"x": 0}}}) as look:
        await look.run()
        assert len((await look.values.steps(look.id, "loop")).turns) == 2
        await look.edit({"op": "set_fields", "name": "loop", "fields": {"count": {"link": "nobody.out"}}})
        assert await look.values.steps(look.id, "loop") == StepsRecord(turns=())


@story
async def test_the_curves_of_a_loop_that_ended_are_whole_though_it_was_paused_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = BODY | {"outputs": {"x": "add.out", "seen": "add.out"}}
    loop = LOOP | {"graph": body, "collect": ["seen"], "count": 4, "checkpoint": 0}
    async with looking(tmp_path, {"start": START, "loop": loop}) as look:
        answers = iter([False])
        monkeypatch.setattr("engine.run.flights.Flight.paused", lambda flight: next(answers, True))
        await look.run("paused")
        assert (await look.values.curves(look.id, "loop")).series == {"seen": (11, 12)}
        monkeypatch.undo()
        await look.run()
        assert (await look.values.curves(look.id, "loop")).series == {"seen": (11, 12, 13, 14)}


@story
async def test_the_curves_of_a_loop_that_ended_are_told_without_its_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solid = {"type": "image.solid", "params": {"width": 128, "height": 128}}
    body = BODY | {
        "nodes": BODY["nodes"] | {"solid": solid},
        "outputs": {"x": "add.out", "seen": "add.out", "shown": "solid.out"},
    }
    loop = LOOP | {"graph": body, "collect": ["seen", "shown"], "count": 2, "checkpoint": 0}
    graph = {
        "start": START,
        "loop": loop,
        "seen": {"type": "flow.reroute", "links": {"value": "loop.seen"}},
        "shown": {"type": "flow.reroute", "links": {"value": "loop.shown"}},
    }
    async with looking(tmp_path, graph) as look:
        await look.run()
        loaded: list[Ref] = []
        load = Store.load
        monkeypatch.setattr(Store, "load", lambda self, ref: (loaded.append(ref), load(self, ref))[1])
        assert (await look.values.curves(look.id, "loop")).series == {"seen": (11, 12)}

    assert [ref.form for ref in loaded] == ["inline"]
