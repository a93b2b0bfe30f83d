"""Runs that are paused and gone on with, in one life of the server or in the next."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from engine.graph.document import Graph
from engine.run.scheduler import Run
from engine.service.protocol import CurvesTold
from engine.service.records import RunRecord
from engine.service.runs import NoSuchRun
from tests.run.conftest import calls, gates
from tests.run.test_loop import pushing
from tests.service.serving import PATIENCE, Served, add, queued, request, serving

LOOP = pushing(count=5, checkpoint=100)


async def stopping(parts: Served, session: str = "open") -> RunRecord:
    """Pause a run while one of its turns waits; the run, which does not know of it yet."""
    gates.update({"push 2": threading.Event(), "go": threading.Event()})
    [run] = await parts.queue.submit(request(), LOOP, session)
    await asyncio.to_thread(gates["push 2"].wait, PATIENCE)
    assert [one.id for one in await parts.queue.pause_run(run.id)] == [run.id]
    return run


async def paused(parts: Served, session: str = "") -> RunRecord:
    """Pause a run while one of its turns waits; the run once it has stopped."""
    run = await stopping(parts, session)
    gates["go"].set()
    await parts.told.until(lambda: (run.id, "paused") in parts.told.states())
    gates.clear()
    return await parts.queue.get(run.id)


async def resumed(parts: Served, id: str) -> RunRecord:
    await parts.queue.resume_run(id)
    return await asyncio.wait_for(parts.queue.wait(id), PATIENCE)


def test_a_run_goes_on_after_the_turn_that_it_was_paused_in(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        run = await paused(parts)
        assert (run.state, run.ended, run.artifacts) == ("paused", None, ())
        calls.clear()
        done = await resumed(parts, run.id)
        assert (done.id, done.state) == (run.id, "done")
        assert calls == ["push 3", "push 4", "sum"]
        assert [one.value for one in done.artifacts if one.output == "sum"] == [10.0]

    serving(home, database_url, test)


def test_a_paused_run_stays_so_when_the_server_starts_again(database_url: str, home: Path) -> None:
    async def first(parts: Served) -> str:
        return (await paused(parts)).id

    async def second(parts: Served) -> RunRecord:
        assert (await parts.queue.get(id)).state == "paused"
        snapshot: Any = await parts.queue.snapshot()
        assert [one["state"] for one in snapshot["runs"]] == ["paused"]
        return await resumed(parts, id)

    id = serving(home, database_url, first)
    assert serving(home, database_url, second).state == "done"
    assert calls == ["push 3", "push 4", "sum"]


def test_a_run_that_is_still_stopping_when_the_server_does_is_paused_in_the_next_one(
    database_url: str, home: Path
) -> None:
    async def first(parts: Served) -> str:
        gates.update({"push 2": threading.Event(), "go": threading.Event()})
        [run] = await parts.queue.submit(request(), LOOP)
        await asyncio.to_thread(gates["push 2"].wait, PATIENCE)
        await parts.queue.pause_run(run.id)
        asyncio.get_running_loop().call_later(0, gates["go"].set)  # once the server has begun to stop
        return run.id

    async def second(parts: Served) -> str:
        return (await parts.queue.get(id)).state

    id = serving(home, database_url, first)
    assert serving(home, database_url, second) == "paused"


def test_others_run_while_one_is_paused_and_it_goes_on_before_those_that_wait(
    database_url: str, home: Path
) -> None:
    async def test(parts: Served) -> None:
        run = await paused(parts)
        [other] = await queued(parts, "other")
        assert (await asyncio.wait_for(parts.queue.wait(other), PATIENCE)).state == "done"
        await parts.queue.pause()
        await queued(parts, "later")
        await parts.queue.resume_run(run.id)
        assert (await parts.queue.waiting())[0].id == run.id

    serving(home, database_url, test)


def test_what_waits_can_be_paused_and_what_is_paused_be_cancelled(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [waiting] = await queued(parts, "waits")
        assert [one.state for one in await parts.queue.pause_run(waiting)] == ["paused"]
        await parts.queue.resume()
        assert await parts.queue.waiting() == ()
        assert [one.state for one in await parts.queue.cancel(waiting)] == ["cancelled"]
        assert await parts.queue.resume_run(waiting) == ()
        with pytest.raises(NoSuchRun):
            await parts.queue.pause_run("nothing")

    serving(home, database_url, test)


def test_the_runs_of_a_batch_go_on_in_their_order(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        batch = await parts.queue.submit(request(sweep={"a": [1, 2, 3]}), add())
        id = batch[0].batch
        assert id is not None
        await parts.queue.move(batch[2].id, batch[0].id)
        order = [one.id for one in await parts.queue.waiting()]
        await parts.queue.pause_run(id)
        await parts.queue.resume_run(id)
        waiting = await parts.queue.waiting()
        assert [one.id for one in waiting] == order
        assert len({one.position for one in waiting}) == 3

    serving(home, database_url, test)


def test_the_same_run_again_of_the_same_graph_goes_on_with_the_paused_one(
    home: Path, database_url: str
) -> None:
    async def test(parts: Served) -> None:
        run = await paused(parts, session="open")
        calls.clear()
        for _ in range(2):  # somebody who did not hear the answer asks again
            [again] = await parts.queue.submit(request(key="again"), LOOP, "open")
            assert again.id == run.id
            assert (await asyncio.wait_for(parts.queue.wait(run.id), PATIENCE)).state == "done"
        assert calls == ["push 3", "push 4", "sum"]

    serving(home, database_url, test)


@pytest.mark.parametrize(
    ("asked", "document", "session"),
    [
        ({}, pushing(count=6, checkpoint=100), "open"),
        ({"outputs": ["touched"]}, LOOP, "open"),
        ({"forced": ["box"]}, LOOP, "open"),
        ({}, LOOP, "another"),
        ({}, LOOP, ""),
    ],
    ids=["graph", "outputs", "forced", "session", "none"],
)
def test_a_run_of_anything_else_is_another_one_and_the_paused_one_stays(
    home: Path, asked: dict[str, Any], document: Graph, session: str
) -> None:
    async def test(parts: Served) -> None:
        run = await paused(parts, session="open")
        [other] = await parts.queue.submit(request(**asked), document, session)
        assert other.id != run.id
        assert (await asyncio.wait_for(parts.queue.wait(other.id), PATIENCE)).state == "done"
        assert (await parts.queue.get(run.id)).state == "paused"

    serving(home, "", test)


def test_a_run_with_another_value_is_another_one(home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [one] = await parts.queue.submit(request(values={"a": 1}), add(), "open")
        await parts.queue.pause_run(one.id)
        [other] = await parts.queue.submit(request(values={"a": 2}), add(), "open")
        [same] = await parts.queue.submit(request(values={"a": 1}), add(), "open")
        assert (other.id == one.id, same.id == one.id) == (False, True)

    serving(home, "", test)


@pytest.mark.parametrize("back", ["resume", "submit"])
def test_a_pause_that_is_not_reached_yet_can_be_taken_back(home: Path, back: str) -> None:
    async def test(parts: Served) -> None:
        run = await stopping(parts)
        if back == "resume":
            [going] = await parts.queue.resume_run(run.id)
        else:
            [going] = await parts.queue.submit(request(), LOOP, "open")
        assert (going.id, going.state) == (run.id, "running")
        gates["go"].set()
        assert (await asyncio.wait_for(parts.queue.wait(run.id), PATIENCE)).state == "done"
        assert (run.id, "paused") not in parts.told.states()
        assert calls.count("push 2") == 1

    serving(home, "", test)


def test_a_run_that_has_stopped_when_its_pause_is_taken_back_begins_again_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(parts: Served) -> None:
        run = await stopping(parts)
        monkeypatch.setattr(Run, "resume", lambda run: None)
        await parts.queue.resume_run(run.id)
        monkeypatch.undo()
        gates["go"].set()
        assert (await asyncio.wait_for(parts.queue.wait(run.id), PATIENCE)).state == "done"
        states = [state for id, state in parts.told.states() if id == run.id]
        assert states == ["queued", "running", "queued", "running", "done"]
        assert [call for call in calls if call.startswith("push")] == [f"push {n}" for n in range(5)]

    serving(home, "", test)


@pytest.mark.parametrize("back", [False, True], ids=["paused", "taken back"])
def test_a_run_that_has_stopped_for_a_pause_when_it_is_cancelled_is_cancelled(
    home: Path, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    async def test(parts: Served) -> None:
        run = await stopping(parts)
        monkeypatch.setattr(Run, "resume", lambda run: None)
        monkeypatch.setattr(Run, "cancel", lambda run: None)
        if back:
            await parts.queue.resume_run(run.id)
        await parts.queue.cancel(run.id)
        gates["go"].set()
        ended = await asyncio.wait_for(parts.queue.wait(run.id), PATIENCE)
        assert (ended.state, ended.ended is None) == ("cancelled", False)
        assert parts.told.states()[-1] == (run.id, "cancelled")

    serving(home, "", test)


def test_whoever_comes_later_gets_what_was_collected_before(home: Path) -> None:
    async def test(parts: Served) -> None:
        run = await paused(parts)
        assert await collected(parts, run.id) == [2, 3, 4]
        await resumed(parts, run.id)
        assert await collected(parts, run.id) == [2, 3, 4, 5, 6]
        last = [one.event for one in parts.told.said if isinstance(one.event, CurvesTold)][-1]
        assert last.curves.series["touched"] == (2, 3, 4, 5, 6)

    async def collected(parts: Served, id: str) -> list[float]:
        snapshot: Any = await parts.queue.snapshot_run(id)
        [told] = snapshot["curves"]
        return told["curves"]["series"]["touched"]

    serving(home, "", test)
