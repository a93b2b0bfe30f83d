"""What only a process of its own can show: exit codes, signals, what is imported, the time it takes."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Write

PACK = '''
import os

from engine import Context, node
from engine.declare.registry import Pack

pack = Pack("waiting", {"waiting": ("waiting",)})


@node("waiting.polite")
def polite(started: str, value: float, ctx: Context) -> float:
    """Say that it runs, then wait until it is cancelled."""
    os.close(os.open(started, os.O_WRONLY))
    while True:
        ctx.tick()


@node("waiting.deaf")
def deaf(started: str, value: float) -> float:
    """Say that it runs, then wait for ever."""
    os.close(os.open(started, os.O_WRONLY))
    os.read(os.pipe()[0], 1)
    return value
'''
BOUND = 0.6
"""Seconds of CPU time that a command without work may take."""


@pytest.fixture
def waiting(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installs nodes that tell through a pipe when they run; the path of that pipe."""
    pack = home.parent / "pack"
    installed = pack / "waiting-0.1.0.dist-info"
    installed.mkdir(parents=True)
    (pack / "waiting.py").write_text(PACK)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: waiting\nVersion: 0.1.0\n")
    (installed / "entry_points.txt").write_text("[knotwork.nodes]\nwaiting = waiting:pack\n")
    monkeypatch.setenv("PYTHONPATH", str(pack))
    os.mkfifo("started")
    return Path("started").absolute()


def start(*words: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "engine.cli", *words], stdout=pipe, stderr=pipe, text=True)


def waits(write: Write, node: str, started: Path) -> None:
    """Write a graph whose second node waits."""
    write(
        outputs={"out": "wait.out"},
        nodes={
            "first": {"type": "math.add", "params": {"a": 1, "b": 2}},
            "wait": {"type": node, "params": {"started": str(started)}, "links": {"value": "first.out"}},
        },
    )


def interrupted(started: Path, process: subprocess.Popen[str], number: int) -> None:
    """Send a signal once the node runs: opening the pipe waits for it."""
    started.open("rb").close()
    process.send_signal(number)


def until(process: subprocess.Popen[str], words: str) -> None:
    """Read what the process says until it says these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"it never said: {words}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_the_run_and_keeps_what_was_computed(
    write: Write, waiting: Path, number: int
) -> None:
    waits(write, "waiting.polite", waiting)
    process = start("run", "graph.json", "--json")
    interrupted(waiting, process, number)
    stdout, stderr = process.communicate()
    found = json.loads(stdout)
    assert (process.returncode, found["status"], found["nodes"]["cancelled"]) == (130, "cancelled", 1)
    assert "Traceback" not in stderr
    again = start("run", "graph.json", "--output", "first.out", "--json")
    assert json.loads(again.communicate()[0])["nodes"]["executed"] == 0


def test_a_second_signal_leaves_at_once(write: Write, waiting: Path) -> None:
    waits(write, "waiting.deaf", waiting)
    with start("run", "graph.json") as process:
        interrupted(waiting, process, signal.SIGINT)
        until(process, "Press Ctrl-C again")
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def test_a_cancelled_sweep_stops_whole_and_leaves_no_files(write: Write, waiting: Path) -> None:
    waits(write, "waiting.polite", waiting)
    graph: dict[str, Any] = json.loads(Path("graph.json").read_text())
    graph["inputs"] = {"a": {"to": ["first.a"]}}
    Path("graph.json").write_text(json.dumps(graph))
    process = start("run", "graph.json", "--sweep", "a=1..3", "--out", "out", "--json")
    interrupted(waiting, process, signal.SIGINT)
    found = json.loads(process.communicate()[0])
    assert (process.returncode, len(found["runs"])) == (130, 1)
    assert not Path("out").exists()


@pytest.fixture
def hundred(write: Write) -> Path:
    """A chain of 100 additions."""
    nodes: dict[str, Any] = {"n0": {"type": "math.add", "params": {"a": 1, "b": 1}}}
    for i in range(1, 100):
        nodes[f"n{i}"] = {"type": "math.add", "params": {"b": 1}, "links": {"a": f"n{i - 1}.out"}}
    return write(outputs={"out": "n99.out"}, nodes=nodes)


COMMANDS = [["--help"], ["run", "--help"], ["check", "graph.json"], ["plan", "graph.json"], ["nodes", "math"]]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_without_work_does_not_import_torch(hundred: Path, words: list[str]) -> None:
    heavy = ("torch", "diffusers", "transformers", "numpy", "networkx")
    script = f"""
import sys
from engine.cli.app import app
sys.argv = ["knotwork", *{words!r}]
try:
    app()
finally:
    print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def seconds_of(words: list[str]) -> Iterator[float]:
    """CPU time of a few runs of a command."""
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "engine.cli", *words], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        yield after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("words", [["--help"], ["check", "graph.json"], ["plan", "graph.json"]], ids=" ".join)
def test_a_command_without_work_takes_little_time(hundred: Path, words: list[str]) -> None:
    assert min(seconds_of(words)) <= BOUND


def test_what_is_wrong_is_told_without_a_traceback(home: Path) -> None:
    process = start("run", "nothing.json")
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (2, "")
    assert stderr.startswith("graph: expected a graph file or the name of an example")


def test_a_reader_that_stops_early_is_no_error(home: Path) -> None:
    with start("nodes") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
