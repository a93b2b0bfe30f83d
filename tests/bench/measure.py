"""Measuring processes and calls: processor time beside the clock, medians of interleaved rounds, tables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from rich.console import Console
from rich.table import Table

from engine.settings import BUILT_IN


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process or a call took.

    Attributes:
        wall: Seconds by the clock; on a shared machine others add to it.
        cpu: Seconds of processor time, of all threads.
        memory: Bytes at most in memory; 0 for a call.
    """

    wall: float
    cpu: float
    memory: float = 0.0


def knotwork(home: Path, *words: str | Path) -> tuple[Cost, dict[str, Any]]:
    """Run the command in a process of its own; what it cost, and the object that it printed."""
    command = [sys.executable, "-m", "engine.cli", *map(str, words), "--json"]
    cost, printed = started(command, home.parent, KNOTWORK_HOME=str(home))
    return cost, json.loads(printed)


LAUNCHER = """
import json, os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
cost = time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss
print(json.dumps((os.waitstatus_to_exitcode(status), cost)), file=sys.stderr)
"""
"""Starts a process and tells what it cost. The system counts the starter's memory as the started one's,
so a small process has to start it."""


def started(command: Sequence[str], folder: Path, **environment: str) -> tuple[Cost, bytes]:
    """Run a process in a folder; what it cost, and what it printed."""
    launcher = [sys.executable, "-S", "-c", LAUNCHER, *command]
    done = subprocess.run(launcher, capture_output=True, env=os.environ | environment, cwd=folder, check=True)
    *said, told = done.stderr.decode().splitlines()
    code, (wall, cpu, memory) = json.loads(told)
    assert code == 0, "\n".join(said)
    return Cost(wall, cpu, memory * (1 if sys.platform == "darwin" else 1024)), done.stdout


def timed(call: Callable[[], object]) -> Cost:
    """Call something once."""
    wall, cpu = perf_counter(), process_time()
    call()
    return Cost(perf_counter() - wall, process_time() - cpu)


@dataclass(frozen=True, slots=True)
class Measured:
    """What several rounds cost.

    Attributes:
        middle: The median of each.
        least: The smallest of each: what the others on the machine disturbed least.
    """

    middle: Cost
    least: Cost


def interleaved(measures: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Measured]:
    """Costs by name; each round takes all of them in turn, so that what disturbs one disturbs all."""
    costs: dict[str, list[Cost]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            costs[name].append(measure())
    return {name: measured(found) for name, found in costs.items()}


def measured(costs: Sequence[Cost]) -> Measured:
    """The median and the least of several costs."""
    return Measured(_each(median, costs), _each(min, costs))


def _each(function: Callable[[list[float]], float], costs: Sequence[Cost]) -> Cost:
    return Cost(*(function([getattr(cost, name) for cost in costs]) for name in ("wall", "cpu", "memory")))


def show(title: str, measured: Mapping[str, Measured], *lines: str) -> None:
    """Print what was measured as a table, and what follows from it."""
    table = Table("", "clock", "CPU", "least CPU", "memory", title=title, title_justify="left")
    for name, found in measured.items():
        middle = found.middle
        seconds = (middle.wall, middle.cpu, found.least.cpu)
        memory = f"{middle.memory / 1e6:.0f} MB" if middle.memory else ""
        table.add_row(name, *(f"{one * 1000:,.1f} ms" for one in seconds), memory)
    console = Console(width=110)
    console.print()
    console.print(table)
    for line in lines:
        console.print(line, highlight=False)


def compared(
    title: str,
    graph: Callable[[int], Any],
    others: tuple[str, Callable[[int], Any]],
    rounds: int,
    most: float,
) -> float:
    """By which part of its time a graph takes longer than another way, both done once for each seed.

    Who begins alternates, for what one leaves behind slows the other.

    Args:
        title: Of the table that is shown.
        graph: Runs the graph with a seed.
        others: Name of the other way, and what does it.
        rounds: Pairs.
        most: The bound, to be shown.
    """
    name, other = others
    costs: dict[str, list[Cost]] = {"graph": [], name: []}
    for seed in range(1, rounds + 1):
        ways = [("graph", graph), (name, other)]
        for way, act in ways if seed % 2 else reversed(ways):
            costs[way].append(timed(lambda act=act, seed=seed: act(seed)))
    more = median(ours.wall / theirs.wall for ours, theirs in zip(*costs.values(), strict=True)) - 1
    found = {way: measured(of) for way, of in costs.items()}
    show(title, found, f"The graph takes {more:+.1%} by the clock, at most {most:.0%} more.")
    return more


def said(module: str, call: str) -> list[str]:
    """What a module's call prints, then what it gives, in a process that begins as the command does."""
    code = f"from engine.run.heap import keep_heap; keep_heap(); from {module} import *; print({call})"
    _, printed = started([sys.executable, "-c", code], BUILT_IN)
    return printed.decode().splitlines()
