"""What becomes of runs: queued, moved, cancelled, executed, and taken up again after a restart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from engine.errors import GraphError
from engine.service import runs
from engine.service.awaited import Stopping
from engine.service.database import DatabaseError
from engine.service.places import NotWaiting
from engine.service.protocol import Paused, RunChanged
from engine.service.records import RunRecord
from engine.service.runs import CLAIM, NoSuchRun
from engine.service.submission import RequestRefused
from tests.run.conftest import calls, gates
from tests.service.serving import PATIENCE, Served, add, gate, graph, request, say, served, serving


def ids(records: Sequence[RunRecord]) -> list[str]:
    return [record.id for record in records]


async def held(parts: Served, name: str = "a") -> RunRecord:
    """A run that has begun, and goes on when ``gates["go"]`` is set."""
    gates["go"], gates[name] = threading.Event(), threading.Event()
    [record] = await parts.queue.submit(request(), gate(name))
    assert await asyncio.to_thread(gates[name].wait, PATIENCE)
    return record


async def queued(parts: Served, *names: str, **asked: Any) -> list[str]:
    """Ids of runs that wait, one for each name."""
    return [(await parts.queue.submit(request(**asked), say(name)))[0].id for name in names]


# --- a run ------------------------------------------------------------------------------------------------


def test_a_run_is_executed_and_its_record_tells_everything(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        document = add(title="Sum")
        done = await parts.run(document, values={"a": 5})

        assert (done.state, done.title, done.graph) == ("done", "Sum", document.digest())
        assert done.values == {"a": 5, "b": 2}
        assert done.counts == {
            "total": 1, "executed": 1, "cached": 0, "skipped": 0, "failed": 0, "blocked": 0, "cancelled": 0,
        }  # fmt: skip
        assert done.seconds.keys() == {"plan", "run", "export"}
        assert [(one.output, one.value, one.media) for one in done.artifacts] == [("total", 7.0, "")]
        assert done.nodes == ("math.add",)
        assert {"python", "knotwork", "torch", "numpy"} <= done.versions.keys()
        assert done.device == "cpu"
        assert done.created <= done.started <= done.ended
        assert done == await parts.queue.get(done.id)

    serving(home, database_url, test)


def test_it_is_told_when_it_comes_begins_and_ends(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(add())
        assert parts.told.states() == [(done.id, state) for state in ("queued", "running", "done")]
        assert [event.type for event in parts.told.of(f"run:{done.id}")] == [
            "run.planned", "node.done", "run.changed",
        ]  # fmt: skip
        assert parts.told.closed == [f"run:{done.id}"]

    serving(home, database_url, test)


def test_the_same_again_comes_from_the_store(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.run(add())
        again = await parts.run(add())
        assert (again.counts["executed"], again.counts["cached"]) == (0, 1)

    serving(home, database_url, test)


def test_a_forced_instance_runs_whatever_is_stored(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.run(add())
        again = await parts.run(add(), forced=["sum"])
        assert (again.counts["executed"], again.forced) == (1, ("sum",))

    serving(home, database_url, test)


def test_only_the_outputs_asked_for_are_computed(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(gate("a"), outputs=["first.out"])
        assert [(one.output, one.value) for one in done.artifacts] == [("first.out", "before a")]

    serving(home, database_url, test)


def test_what_fails_is_recorded_and_the_queue_goes_on(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        failing = graph({"bad": {"type": "probe.fail", "params": {"text": "too bad"}}}, {"out": "bad.out"})
        failed = await parts.run(failing)
        assert (failed.state, failed.counts["failed"], failed.artifacts) == ("failed", 1, ())
        [failure] = failed.failures
        assert (failure["instance"], failure["node"]) == ("bad", "probe.fail")
        assert "too bad" in failure["reason"]
        assert (await parts.run(add())).state == "done"

    serving(home, database_url, test)


def test_a_seed_drawn_at_random_is_an_integer_when_it_is_queued(database_url: str, home: Path) -> None:
    document = graph(
        {"draw": {"type": "serve.draw"}},
        {"out": "draw.out"},
        inputs={"seed": {"to": ["draw.seed"], "default": 1}, "other": {"to": [], "default": 3}},
    )

    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [one] = await parts.queue.submit(request(random_seeds=True), document)
        [other] = await parts.queue.submit(request(random_seeds=True), document)
        [mine] = await parts.queue.submit(request(random_seeds=True, values={"seed": 5}), document)
        assert one.seeds == {"seed": one.values["seed"]}
        assert one.seeds != other.seeds
        assert mine.seeds == {"seed": 5}

    serving(home, database_url, test)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"values": {"c": 1}}, GraphError, "an input of the graph"),
        ({"values": {"a": "many"}}, GraphError, "a: expected"),
        ({"values": {"a": 10**20}}, GraphError, "64 bits"),
        ({"outputs": ["product"]}, GraphError, "an output of the graph"),
        ({"forced": ["product"]}, GraphError, "an instance of the graph"),
        ({"sweep": {"a": list(range(40)), "b": list(range(40))}}, RequestRefused, "1 to 1000 runs, got 1600"),
        ({"sweep": {"a": []}}, RequestRefused, "got 0"),
    ],
)
def test_what_cannot_be_run_is_refused_and_nothing_is_queued(
    asked: dict[str, Any], error: type[Exception], said: str, home: Path
) -> None:
    async def test(parts: Served) -> None:
        with pytest.raises(error, match=said):
            await parts.queue.submit(request(**asked), add())
        assert await parts.history.search() == ()

    serving(home, "", test)


def test_a_graph_with_problems_is_refused_with_all_of_them(home: Path) -> None:
    wrong = graph({"one": {"type": "no.such"}, "two": {"type": "probe.say"}}, {"out": "two.out"})

    async def test(parts: Served) -> None:
        with pytest.raises(GraphError) as caught:
            await parts.queue.submit(request(), wrong)
        assert {problem.instance for problem in caught.value.problems} == {"one", "two"}

    serving(home, "", test)


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


# --- restarts ---------------------------------------------------------------------------------------------


def test_two_hundred_runs_survive_a_restart_in_order_and_are_done_once(database_url: str, home: Path) -> None:
    names = [f"run {number}" for number in range(200)]

    async def fill(parts: Served) -> list[str]:
        await parts.queue.pause()
        return await queued(parts, *names)

    async def empty(parts: Served) -> tuple[list[str], list[str]]:
        assert parts.queue.paused
        waiting = ids(await parts.queue.waiting())
        await parts.queue.resume()
        await asyncio.wait_for(parts.queue.wait(waiting[-1]), 6 * PATIENCE)
        return waiting, [id for id, state in parts.told.states() if state == "done"]

    submitted = serving(home, database_url, fill)
    waiting, done = serving(home, database_url, empty)
    assert waiting == done == submitted
    assert calls == names


def test_a_run_under_way_at_the_end_runs_again_first_and_keeps_what_it_had(
    database_url: str, home: Path
) -> None:
    async def begin(parts: Served) -> str:
        running = await held(parts)
        await queued(parts, "next")
        await parts.told.until(lambda: "node.done" in [e.type for e in parts.told.of(f"run:{running.id}")])
        await parts.queue.stop()
        gates["go"].set()
        return running.id

    async def go_on(parts: Served) -> RunRecord:
        gates["go"], gates["a"] = threading.Event(), threading.Event()
        gates["go"].set()
        return await asyncio.wait_for(parts.queue.wait(first), PATIENCE)

    first = serving(home, database_url, begin)
    done = serving(home, database_url, go_on)
    assert (done.state, done.counts["executed"], done.counts["cached"]) == ("done", 2, 1)
    assert calls[0] == "a"


def test_a_run_cancelled_while_the_server_stops_stays_cancelled(home: Path) -> None:
    async def begin(parts: Served) -> str:
        running = await held(parts)
        await parts.queue.cancel(running.id)
        await parts.queue.stop()
        gates["go"].set()
        return running.id

    async def look(parts: Served) -> str:
        return (await parts.queue.get(first)).state

    first = serving(home, "", begin)
    assert serving(home, "", look) == "cancelled"


def test_who_waits_is_told_that_the_server_stops(home: Path) -> None:
    async def test() -> None:
        async with served(home, "") as parts:
            await parts.queue.pause()
            [id] = await queued(parts, "a")
            waiting = asyncio.create_task(parts.queue.wait(id))
            await asyncio.sleep(0)
        with pytest.raises(Stopping, match="goes on when it starts again"):
            await waiting

    asyncio.run(test())


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
        done = await parts.run(say("once"))
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
