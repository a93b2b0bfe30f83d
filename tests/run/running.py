"""Runs a graph and tells what is done while it goes on: HOME GRAPH VALUES, the last as JSON.

The pipe to the reader is made so small that a process whose reader stops is soon held up: whoever reads some
lines and kills it has met it at that point of the run.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Any

import nodes
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.events import Done, Event, Progress
from engine.settings import BUILT_IN, Settings

ROOT = Path(__file__).parents[2]
WIDTH = 256
"""Bytes of a line: few of them fit into a pipe of one page."""


@node("work.grind")
def grind(number: float, other: float = 0.0) -> float:
    """A number that takes some milliseconds to find."""
    found = pbkdf2_hmac("sha256", f"{number} {other}".encode(), b"salt", 4000)
    return float(int.from_bytes(found[:4]))


@node("work.large")
def large(number: float) -> str:
    """A text that is stored in a file of its own."""
    return f"{number} " * 20_000


@node("work.measure")
def measure(text: str) -> float:
    """The length of a text and its first characters as a number."""
    return float(len(text)) + float(text.partition(" ")[0])


def registry() -> Registry:
    """The built-in nodes and the ones above."""
    found = Registry({nodes.pack.name: nodes.pack})
    found.add([grind, large, measure])
    return found


def opened(home: Path, *, cache: bool = True) -> Headless:
    """An engine on a home; without a cache, one that knows nothing."""
    settings = Settings.load({"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
    return Headless(settings, registry=registry(), base=BUILT_IN / "graphs", cache=cache)


def killed(home: Path, graph: Path, values: dict[str, Any], lines: int) -> list[str]:
    """Run a graph in a process that is killed after some lines; all that it said, also on its way out."""
    command = [sys.executable, "-m", "tests.run.running", str(home), str(graph), json.dumps(values)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        said = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL or lines > len(list(filter(None, said)))
    return [line.decode().strip() for line in said if line.endswith(b"\n")]


def together(home: Path, graph: Path, count: int) -> list[dict[str, str]]:
    """Run a graph in several processes at once; the digests of its outputs in each."""
    command = [sys.executable, "-m", "tests.run.running", str(home), str(graph), "{}"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) for _ in range(count)]
    said = [process.communicate()[0].splitlines() for process in processes]
    assert [process.returncode for process in processes] == [0] * count
    return [json.loads(lines[-1]) for lines in said]


def some(chance: random.Random, names: Sequence[str]) -> str:
    """One of the names, the later ones more often, so that graphs grow deep."""
    return names[max(chance.randrange(len(names)), chance.randrange(len(names)))]


def main() -> None:
    """Run the graph: a line for each thing that is done or has gone on, then the digests of the outputs."""
    home, path, values = sys.argv[1:]
    with opened(Path(home)) as engine:
        report = engine.run(Graph.read(path), json.loads(values), listen=_tell)
        print(json.dumps(report.digests), flush=True)


def _tell(event: Event) -> None:
    if isinstance(event, Done | Progress):
        text = f"{type(event).__name__} {event.instance}"
        os.write(1, text.ljust(WIDTH - 1).encode() + b"\n")


if __name__ == "__main__":
    main()
