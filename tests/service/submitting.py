"""Submits runs and tells what was acknowledged and what was done: HOME URL LIFE COUNT.

Whoever reads some lines and kills it has met it in the middle: the pipe to the reader is small.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.artifacts import Artifacts
from engine.service.database import Database
from engine.service.protocol import RunChanged
from engine.service.queue import RunQueue
from engine.service.records import RunRecord, Wire
from tests.run import running
from tests.run.conftest import settings
from tests.service.serving import graph, request

ROOT = Path(__file__).parents[2]
WIDTH = 128
"""Bytes of a line: few of them fit into a pipe of one page."""


class Teller:
    """Prints which run is done, once everyone may know."""

    def publish(self, channel: str, event: Wire, *, over: str = "") -> int:
        """Take a reliable message."""
        if channel == "queue" and isinstance(event, RunChanged) and event.run.state == "done":
            say("done", event.run)
        return 0

    def say(self, channel: str, key: str, event: Wire) -> None:
        """Take a lossy message."""

    def close(self, channel: str) -> None:
        """Take the end of a channel."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a process said before it was killed.

    Attributes:
        queued: Ids that were acknowledged, in order.
        done: Id → when it ended, of the runs that were told to be done.
    """

    queued: list[str]
    done: dict[str, str]


def say(word: str, record: RunRecord) -> None:
    """Print a line, whole."""
    text = f"{word} {record.id} {record.ended}"
    os.write(1, text.ljust(WIDTH - 1).encode() + b"\n")


def ground(number: float) -> Graph:
    """Two nodes that take some milliseconds each."""
    return graph(
        {
            "first": {"type": "work.grind", "params": {"number": number}},
            "second": {"type": "work.grind", "links": {"number": "first.out"}},
        },
        {"out": "second.out"},
    )


@asynccontextmanager
async def opened(home: Path, url: str) -> AsyncGenerator[RunQueue]:
    """A queue that works."""
    database = await Database.open(url, home)
    headless = Headless(settings(home), registry=running.registry(), local=False)
    queue = RunQueue(database, headless, Artifacts(home, database), Teller())
    await queue.start()
    yield queue
    await queue.stop()
    await asyncio.to_thread(headless.close)
    await database.close()


def killed(home: Path, url: str, life: int, count: int, chance: random.Random) -> Said:
    """Run a process that is killed after some lines; all that it said, also on its way out."""
    words = [str(home), url, str(life), str(count)]
    command = [sys.executable, "-m", "tests.service.submitting", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        lines = [process.stdout.readline() for _ in range(chance.randrange(1, 2 * count))]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    parts = [line.decode().split() for line in lines if line.endswith(b"\n")]
    queued = [id for word, id, _ in parts if word == "queued"]
    return Said(queued, {id: ended for word, id, ended in parts if word == "done"})


async def main() -> None:
    """Submit runs as fast as they are taken, and wait for them."""
    home, url, life, count = sys.argv[1:]
    async with opened(Path(home), url) as queue:
        for number in range(int(count)):
            [record] = await queue.submit(request(key=f"{life} {number}"), ground(number))
            say("queued", record)
        await queue.wait(record.id)


if __name__ == "__main__":
    asyncio.run(main())
