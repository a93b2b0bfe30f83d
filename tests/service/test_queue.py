"""What becomes of runs that wait: begun in order, moved, held up, cancelled."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from engine.graph.document import Graph
from engine.service import runs
from engine.service.database import DatabaseError
from engine.service.places import NotWaiting
from engine.service.protocol import Paused, RunChanged
from engine.service.records import RunRecord
from engine.service.runs import CLAIM, NoSuchRun
from tests.run.conftest import calls, gates
from tests.service.serving import (
    PATIENCE,
    Served,
    add,
    graph,
    held,
    ids,
    queued,
    request,
    say,
    serving,
)

# --- what tells runs apart --------------------------------------------------------------------------------


def test_a_run_tells_what_it_has_otherwise_than_the_one_before_in_its_session(
    database_url: str, home: Path
) -> None:
    def summing(b: int, **fields: Any) -> Graph:
        return graph({"sum": {"type": "math.add", "params": {"b": b}}}, {"out": "sum.out"}, **fields)

    inputs = {"a": {"to": ["sum.a"], "default": 1}}

    async def told(parts: Served, document: Graph, session: str = "s", **asked: Any) -> list[list[str]]:
        records = await parts.queue.submit(request(**asked), document, session)
        return [[f"{one.place} {one.old} → {one.new}" for one in record.changes] for record in records]

    async def test(parts: Served) -> None:
        await parts.queue.pause()
        assert await told(parts, summing(25, inputs=inputs)) == [[]]
        assert await told(parts, summing(30, inputs=inputs), session="other") == [[]]
        assert await told(parts, summing(30, inputs=inputs)) == [["sum.b 25 → 30"]]
        assert await told(parts, summing(30, inputs=inputs), values={"a": 2}) == [["a 1 → 2"]]
        assert await told(parts, summing(30, inputs=inputs), sweep={"sum.b": [31, 32]}) == [
            ["a 2 → 1", "sum.b 30 → 31"],
            ["sum.b 31 → 32"],
        ]
        assert await told(parts, summing(32, inputs=inputs)) == [[]]

    serving(home, database_url, test)


# --- several runs -----------------------------------------------------------------------------------------


def test_a_sweep_is_one_batch_whose_runs_share_what_they_have_in_common(
    database_url: str, home: Path
) -> None:
    document = graph(
        {
            "common": {"type": "probe.say", "params": {"text": "once"}},
            "each": {"type": "probe.say", "links": {"text": "common.out"}},
        },
        {"out": "each.out"},
        inputs={"after": {"to": ["each.after"], "default": ""}},
    )

    async def test(parts: Served) -> None:
        done = await parts.run_all(document, sweep={"after": ["1", "2", "3"]})
        assert [record.values["after"] for record in done] == ["1", "2", "3"]
        assert {record.batch for record in done} == {done[0].batch}
        assert calls.count("once") == 1 + 3  # the first node, and then each of the three that repeat its text

    serving(home, database_url, test)


def test_a_param_inside_a_subgraph_is_swept_and_what_lies_before_it_is_computed_once(
    database_url: str, home: Path
) -> None:
    body: dict[str, Any] = {
        "inputs": {"text": {"to": ["each.text"]}},
        "outputs": {"out": "each.out"},
        "nodes": {"each": {"type": "probe.say"}},
    }
    document = graph(
        {
            "common": {"type": "probe.say", "params": {"text": "once"}},
            "inner": {"graph": body, "links": {"text": "common.out"}},
        },
        {"out": "inner.out"},
    )

    async def test(parts: Served) -> None:
        done = await parts.run_all(document, sweep={"inner/each.after": ["1", "2", "3"]})
        assert [record.values for record in done] == [{"inner/each.after": value} for value in "123"]
        assert [record.counts["executed"] for record in done] == [2, 1, 1]
        again = await parts.history.graph(done[1].id)
        inner = again.nodes["inner"].graph
        assert inner is not None
        assert inner.nodes["each"].params == {"after": "2"}
        assert document.nodes["inner"].graph is not None
        assert document.nodes["inner"].graph.nodes["each"].params == {}

    serving(home, database_url, test)


def test_the_last_of_several_sweeps_varies_fastest(home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        records = await parts.queue.submit(request(sweep={"a": [1, 2], "b": [3, 4]}), add())
        assert [(one.values["a"], one.values["b"]) for one in records] == [(1, 3), (1, 4), (2, 3), (2, 4)]

    serving(home, "", test)


def test_equal_keys_get_the_same_runs(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        asked = request(key="k", sweep={"a": [1, 2]})
        first, second = await asyncio.gather(*(parts.queue.submit(asked, add()) for _ in range(2)))
        for record in first:
            await parts.queue.wait(record.id)
        third = await parts.queue.submit(asked, add())
        assert ids(first) == ids(second) == ids(third)
        assert len(await parts.history.search()) == 2

    serving(home, database_url, test)


def test_runs_begin_by_priority_then_in_the_order_they_came(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await held(parts)
        last = await queued(parts, "one", "two")
        first = await queued(parts, "urgent", priority=5)
        front = await queued(parts, "front", front=True)
        calls.clear()
        gates["go"].set()
        await parts.queue.wait(last[-1])
        order = [id for id, state in parts.told.states() if state == "running"][1:]
        assert order == [*first, *front, *last]

    serving(home, database_url, test)


def test_a_batch_at_the_front_keeps_its_order(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [after] = await queued(parts, "after")
        batch = await parts.queue.submit(request(front=True, sweep={"a": [1, 2]}), add())
        assert ids(await parts.queue.waiting()) == [*ids(batch), after]

    serving(home, database_url, test)


@pytest.mark.parametrize(
    ("moved", "before", "expected"),
    [(2, 0, [2, 0, 1]), (0, 2, [1, 0, 2]), (0, None, [1, 2, 0]), (1, 1, [0, 1, 2])],
)
def test_a_run_moves_in_front_of_another(
    moved: int, before: int | None, expected: list[int], database_url: str, home: Path
) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        runs = await queued(parts, "0", "1", "2")
        await parts.queue.move(runs[moved], "" if before is None else runs[before])
        assert ids(await parts.queue.waiting()) == [runs[i] for i in expected]

    serving(home, database_url, test)


def test_what_comes_after_a_move_still_comes_last(home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        runs = await queued(parts, "0", "1")
        await parts.queue.move(runs[0])
        runs += await queued(parts, "2")
        assert ids(await parts.queue.waiting()) == [runs[1], runs[0], runs[2]]

    serving(home, "", test)


def test_a_run_that_has_begun_cannot_be_moved(home: Path) -> None:
    async def test(parts: Served) -> None:
        running = await held(parts)
        [waiting] = await queued(parts, "b")
        with pytest.raises(NotWaiting):
            await parts.queue.move(running.id)
        with pytest.raises(NotWaiting):
            await parts.queue.move(waiting, running.id)
        gates["go"].set()

    serving(home, "", test)


def test_a_paused_queue_begins_nothing_until_it_goes_on(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [id] = await queued(parts, "a")
        assert (await parts.queue.get(id)).state == "queued"
        await parts.queue.resume()
        assert (await parts.queue.wait(id)).state == "done"
        assert [event.paused for event in parts.told.of("queue") if isinstance(event, Paused)] == [
            True,
            False,
        ]

    serving(home, database_url, test)


def test_while_it_is_paused_what_runs_goes_on(home: Path) -> None:
    async def test(parts: Served) -> None:
        running = await held(parts)
        await parts.queue.pause()
        gates["go"].set()
        assert (await parts.queue.wait(running.id)).state == "done"

    serving(home, "", test)


# --- cancelling -------------------------------------------------------------------------------------------


def test_a_run_that_waits_is_cancelled_at_once(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [id] = await queued(parts, "a")
        [cancelled] = await parts.queue.cancel(id)
        assert (cancelled.state, cancelled.ended is None) == ("cancelled", False)
        assert await parts.queue.wait(id) == cancelled
        assert await parts.queue.waiting() == ()

    serving(home, database_url, test)


def test_a_run_under_way_is_cancelled_at_its_next_tick(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        running = await held(parts)
        assert ids(await parts.queue.cancel(running.id)) == [running.id]
        ended = await asyncio.wait_for(parts.queue.wait(running.id), PATIENCE)  # before the gate is opened
        assert (ended.state, ended.artifacts) == ("cancelled", ())
        assert ended.counts["cancelled"] == 2
        gates["go"].set()

    serving(home, database_url, test)


def test_a_batch_is_cancelled_as_one(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await held(parts)
        batch = await parts.queue.submit(request(sweep={"a": [1, 2, 3]}), add())
        [other] = await queued(parts, "other")
        assert ids(await parts.queue.cancel(batch[0].batch)) == ids(batch)
        assert ids(await parts.queue.waiting()) == [other]
        gates["go"].set()

    serving(home, database_url, test)


def test_the_first_of_a_batch_is_cancelled_alone(home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        batch = await parts.queue.submit(request(sweep={"a": [1, 2]}), add())
        assert ids(await parts.queue.cancel(batch[0].id)) == [batch[0].id]

    serving(home, "", test)


def test_everything_is_cancelled_at_once(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        running = await held(parts)
        waiting = await queued(parts, "b", "c")
        assert ids(await parts.queue.cancel_all()) == [running.id, *waiting]
        assert (await parts.queue.wait(running.id)).state == "cancelled"
        assert await parts.queue.waiting() == ()
        gates["go"].set()

    serving(home, database_url, test)


def test_a_change_that_was_begun_is_finished_though_who_asked_is_gone(home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [id] = await queued(parts, "a")
        async with parts.database.begin():  # so that the change has to wait
            asking = asyncio.create_task(parts.queue.cancel(id))
            await asyncio.sleep(0)
            asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await asyncio.wait_for(parts.queue.wait(id), PATIENCE)).state == "cancelled"
        assert parts.told.states()[-1] == (id, "cancelled")

    serving(home, "", test)


def test_what_has_ended_cannot_be_cancelled_any_more(home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(add())
        assert await parts.queue.cancel(done.id) == ()
        assert (await parts.queue.get(done.id)).state == "done"

    serving(home, "", test)


def test_an_unknown_run_is_named(home: Path) -> None:
    async def test(parts: Served) -> None:
        for ask in (parts.queue.get, parts.queue.cancel, parts.queue.wait, parts.queue.snapshot_run):
            with pytest.raises(NoSuchRun, match='got "nobody"'):
                await ask("nobody")

    serving(home, "", test)


# --- the machinery ----------------------------------------------------------------------------------------


def test_the_next_run_is_found_by_the_index_of_those_that_wait(home: Path) -> None:
    async def plan(parts: Served) -> list[str]:
        spelled_out = CLAIM.values(started=0.0).compile(
            dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
        )
        async with parts.database.read() as connection:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {spelled_out}")
            return [row.detail for row in rows]

    assert any("INDEX ix_runs_next" in line for line in serving(home, "", plan))


@pytest.mark.parametrize("step", ["claim", "end"])
def test_a_database_that_fails_for_a_while_loses_no_run(
    step: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works, failures = getattr(runs, step), iter(range(3))

    async def failing(*given: Any) -> Any:
        for _ in failures:
            raise DatabaseError("gone for a moment")
        return await works(*given)

    async def test(parts: Served) -> None:
        await parts.queue.pause()  # else the run would begin as it comes, without being claimed
        (waiting,) = await parts.queue.submit(request(), say("once"))
        await parts.queue.resume()
        done = await parts.queue.wait(waiting.id)
        assert (done.state, calls) == ("done", ["once"])
        assert next(failures, None) is None

    monkeypatch.setattr("engine.service.queue.PAUSES", (0.0,))
    monkeypatch.setattr(runs, step, failing)
    serving(home, "", test)


def test_previews_are_offered_with_their_run_and_instance(home: Path) -> None:
    offered: list[tuple[str, str, str]] = []

    async def test(parts: Served) -> str:
        shown = graph({"it": {"type": "serve.show", "params": {"text": "x"}}}, {"out": "it.out"})
        return (await parts.run(shown)).id

    def offer(run: str, instance: str, value: object) -> None:
        offered.append((run, instance, type(value).__name__))

    run = serving(home, "", test, offer)
    assert offered == [(run, "it", "Swatch")]


def test_the_snapshot_of_the_queue_tells_what_runs_and_what_waits(home: Path) -> None:
    async def test(parts: Served) -> None:
        running = await held(parts)
        [waiting] = await queued(parts, "b")
        snapshot: Any = await parts.queue.snapshot()
        assert [run["id"] for run in snapshot["runs"]] == [running.id, waiting]
        assert (snapshot["paused"], snapshot["waiting"]) == (False, 1)
        gates["go"].set()

    serving(home, "", test)


def test_a_run_that_is_begun_meanwhile_is_in_the_snapshot_of_the_queue(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [waiting] = await queued(parts, "a")
        asking, begun, queued_now = asyncio.Event(), asyncio.Event(), runs.queued

        async def late(*wanted: Any) -> tuple[RunRecord, ...]:
            asking.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(begun.wait(), 0.2)
            return await queued_now(*wanted)

        monkeypatch.setattr(runs, "queued", late)
        snapshot = asyncio.create_task(parts.queue.snapshot())
        await asking.wait()
        going_on = asyncio.create_task(parts.queue.resume())
        with suppress(TimeoutError):
            begins = parts.told.until(lambda: (waiting, "running") in parts.told.states())
            await asyncio.wait_for(begins, 0.1)
        begun.set()
        found: Any = await snapshot
        assert [run["id"] for run in found["runs"]] == [waiting]
        await going_on
        await parts.queue.wait(waiting)

    serving(home, "", test)


def test_the_snapshot_of_a_run_tells_what_was_told_of_it(home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(add())
        snapshot: Any = await parts.queue.snapshot_run(done.id)
        told = [
            event.model_dump()
            for event in parts.told.of(f"run:{done.id}")
            if not isinstance(event, RunChanged)
        ]
        assert snapshot["run"]["state"] == "done"
        assert snapshot["events"] == told

    serving(home, "", test)
