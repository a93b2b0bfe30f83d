"""A server that is killed while somebody types has every edit that was acknowledged, and whole files."""

import asyncio
import fcntl
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from engine.graph.document import Graph
from engine.service.protocol import Choice
from engine.service.records import GraphSource
from engine.service.session import Session
from tests.service.desk import Desk, desk
from tests.service.typist import NAME, TREE, drafted, made

ROOT = Path(__file__).parents[2]


def killed(folder: Path, first: int, edits: int) -> list[int]:
    """Let somebody type until some edits were acknowledged, then kill; all that were."""
    command = [sys.executable, "-m", "tests.service.typist", str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        said = [process.stdout.readline() for _ in range(edits)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return [int(line) for line in said if line.endswith(b"\n")]


async def look(at: Desk, acknowledged: list[int]) -> int:
    """Check that what was acknowledged is there, and that the files are whole; how many edits there are."""
    on_disk = at.written(NAME)
    record = await at.sessions.open(GraphSource(name=NAME))
    for number in acknowledged:
        assert (await made(at.sessions, record.id, number)).seq == number
    assert at.edits() == []

    expected, states = Session(Graph.model_validate(TREE)), [Graph.model_validate(TREE)]
    for number in range(1, record.seq + 1):
        expected.accept(drafted(expected, number))
        states.append(expected.graph)
    assert await at.sessions.graph(record.id) == expected.graph
    assert on_disk in states
    await at.sessions.settle()
    await at.pass_(1)
    assert at.written(NAME) == expected.graph
    assert at.told.of(Choice) == []
    return record.seq


def kill_and_look(folder: Path, times: int, seed: int) -> None:
    chance = Random(seed)
    first = 1

    async def after(acknowledged: list[int]) -> int:
        async with desk(folder, stopped=False) as at:
            return await look(at, acknowledged)

    (folder / "graphs").mkdir()
    Graph.model_validate(TREE).write(folder / "graphs" / NAME)
    for _ in range(times):
        acknowledged = killed(folder, first, chance.randrange(1, 60))
        there = asyncio.run(after(acknowledged))
        assert there in (acknowledged[-1], acknowledged[-1] + 1)
        first = there + 1


def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    kill_and_look(tmp_path, times=3, seed=1)


@pytest.mark.soak
def test_killed_thirty_times_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    kill_and_look(tmp_path, times=30, seed=2)
