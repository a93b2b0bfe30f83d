"""Servers are killed: what was acknowledged is done, in order and once, and what was done stays as it was."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise
from pathlib import Path

import pytest

from engine.service.records import RunRecord
from tests.run.running import opened as engine
from tests.service.submitting import ground, killed, opened

COUNT = 12
"""Runs that each process submits, if it lives that long."""


def kill(home: Path, url: str, lives: int, chance: random.Random) -> None:
    """Kill a server again and again, then let one work off what is left."""
    said = [killed(home, url, life, COUNT, chance) for life in range(lives)]
    queued = [id for one in said for id in one.queued]
    done = {id: ended for one in said for id, ended in one.done.items()}
    assert queued, "every process was killed before it could acknowledge anything"

    async def rest() -> list[RunRecord]:
        async with opened(home, url) as queue:
            return [await asyncio.wait_for(queue.wait(id), 60) for id in queued]

    records = asyncio.run(rest())
    assert {record.state for record in records} == {"done"}
    assert all(str(record.ended) == done.get(record.id, str(record.ended)) for record in records)
    assert all((one.ended or 0) <= (other.started or 0) for one, other in pairwise(records))
    assert sum(len(one.done) for one in said) == len(done), "a run was told to be done twice"
    with engine(home / "undisturbed", cache=False) as undisturbed:
        expected = [undisturbed.run(ground(number)).outputs["out"] for number in range(COUNT)]
    numbers = {id: number for one in said for number, id in enumerate(one.queued)}
    for record in records:
        assert record.artifacts[0].value == expected[numbers[record.id]]


def test_killed_at_any_moment_the_queue_goes_on(database_url: str, home: Path) -> None:
    kill(home, database_url, 3, random.Random(1))


@pytest.mark.soak
def test_killed_thirty_times_the_queue_goes_on(database_url: str, home: Path) -> None:
    kill(home, database_url, 30, random.Random(2))
