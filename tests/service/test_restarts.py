"""The server stops, or its database fails: what was queued goes on."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from engine.service.awaited import Stopping
from engine.service.records import RunRecord
from tests.run.conftest import calls, gates
from tests.service.serving import (
    PATIENCE,
    Served,
    held,
    ids,
    queued,
    served,
    serving,
)


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
