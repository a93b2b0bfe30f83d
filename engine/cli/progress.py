"""How a run goes on: bars at a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from engine.cli.terminal import duration, note
from engine.run.events import Blocked, Done, Event, Failed, Listener, Planned, Progress, Started, Stopped

if TYPE_CHECKING:
    from rich.console import RenderableType

PATIENCE = 0.2
"""Seconds after which a node without steps gets a bar."""
SLOW = 1.0
"""Seconds from which a finished node is worth a line."""
EVERY = 60.0
"""Seconds between two lines about one node."""


@contextmanager
def following(quiet: bool) -> Generator[Listener]:
    """A listener that shows what the events say, on stderr.

    Args:
        quiet: Whether to draw no bars.
    """
    if quiet or not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.live import Live

    bars = Bars()
    console = Console(stderr=True)
    with Live(get_renderable=bars.draw, console=console, refresh_per_second=8, transient=True):
        yield bars


@dataclass(slots=True)
class Pace:
    """How far a running node is.

    Attributes:
        began: When it started.
        done: In the node's own unit.
        total: In the same unit; 0 when unknown.
        first: When it first told how far it was, and how far that was.
        told: When the last line about it was printed.
    """

    began: float
    done: float = 0.0
    total: float = 0.0
    first: tuple[float, float] | None = None
    told: float = 0.0

    def advance(self, now: float, done: float, total: float) -> None:
        """Take note of a step."""
        if self.first is None:
            self.first = now, done
        self.done, self.total = done, total

    def left(self, now: float) -> float | None:
        """Seconds until it is finished, judged by its steps; what came before the first is no measure."""
        if self.first is None or self.done <= self.first[1]:
            return None
        since, already = self.first
        return (now - since) / (self.done - already) * (self.total - self.done)

    def words(self, now: float) -> str:
        """Steps and time left."""
        if not self.total:
            return duration(now - self.began)
        left = self.left(now)
        rest = "" if left is None else f", {duration(left)} left"
        return f"{self.done:.10g}/{self.total:.10g}{rest}"


@dataclass(slots=True)
class Bars:
    """A line for the whole run, and a bar for each node that runs."""

    running: dict[str, Pace] = field(default_factory=dict[str, Pace])
    total: int = 0
    finished: int = 0

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, Started):
            self.running[event.instance] = Pace(perf_counter())
        elif isinstance(event, Progress):
            now = perf_counter()
            self.running.setdefault(event.instance, Pace(now)).advance(now, event.done, event.total)
        elif isinstance(event, Planned):
            self.total = event.to_run
        elif isinstance(event, (Done, Failed, Blocked, Stopped)):
            self.running.pop(event.instance, None)
            self.finished += not (isinstance(event, Done) and event.cached)

    def draw(self) -> RenderableType:
        """What the terminal shows now; called from the thread that refreshes it."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        now, table = perf_counter(), Table.grid(padding=(0, 1))
        for name, pace in list(self.running.items()):
            if pace.total or now - pace.began > PATIENCE:
                bar = ProgressBar(pace.total or None, pace.done, width=30, pulse=not pace.total)
                table.add_row(Text(name), bar, Text(pace.words(now)))
        if table.row_count:
            table.add_row(Text("nodes"), Text(f"{self.finished}/{max(self.total, self.finished)}"), "")
        return table


@dataclass(slots=True)
class Lines:
    """A line for a slow node that has finished, and now and then one for a node that takes long."""

    running: dict[str, Pace] = field(default_factory=dict[str, Pace])

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, Done):
            self.running.pop(event.instance, None)
            if event.seconds >= SLOW:
                note(f"{event.instance}: {duration(event.seconds)}")
        elif isinstance(event, Progress):
            now = perf_counter()
            pace = self.running.setdefault(event.instance, Pace(now, told=now))
            pace.advance(now, event.done, event.total)
            if now - pace.told >= EVERY:
                pace.told = now
                note(f"{event.instance}: {pace.words(now)}")
