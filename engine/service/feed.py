"""The way of a run's events from its threads to those who watch: many cross to the event loop at once.

To wake the loop for each of a thousand instances would cost more than running them. So events gather here,
the first one wakes the loop, and the loop takes what there is by then.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from engine.run import events
from engine.service.curves import Curves
from engine.service.protocol import (
    CurvesTold,
    NodeBlocked,
    NodeCancelled,
    NodeDone,
    NodeFailed,
    Progress,
    RunPlanned,
    Started,
)
from engine.service.records import Wire

BATCH = 500
"""Events told in one go; the loop sees to others in between."""
PAUSE = 0.5
"""Seconds between two messages of a loop's curves."""
LONGEST = 10_000
"""Characters of an error that are told."""

Offer = Callable[[str, str, object], None]
"""Takes a run's id, an instance and a value that it shows. Called from any thread."""


class Told(Protocol):
    """Who is told of runs: the channels that clients listen to."""

    def publish(self, channel: str, event: Wire, *, over: str = "") -> int:
        """Tell everyone who listens, exactly once and in order; ``over`` names lossy messages it replaces."""
        ...

    def say(self, channel: str, key: str, event: Wire) -> None:
        """Tell everyone who listens now; the latest of a key counts."""
        ...

    def close(self, channel: str) -> None:
        """Say that a channel's last message was published."""
        ...


class Feed:
    """Events of one run.

    Args:
        run: Its id.
        loop: Where they go.
        told: Who is told.
        offer: Takes previews; they don't go this way.

    Attributes:
        history: What was told so far, for those who come later.
    """

    def __init__(self, run: str, loop: AbstractEventLoop, told: Told, offer: Offer | None) -> None:
        self.history: list[Wire] = []
        self._run, self._loop, self._told, self._offer = run, loop, told, offer
        self._channel = f"run:{run}"
        self._lock = Lock()
        """Guards what follows: a run's threads put events in, the loop takes them out."""
        self._reliable = deque[events.Event]()
        self._latest: dict[str, Wire] = {}
        self._reached: dict[str, events.Progress] = {}
        self._curves: dict[str, Curves] = {}
        self._grown: set[str] = set()
        """Loops whose curves have more than was told."""
        self._drawing = False
        self._awake = False
        self._ended = False

    def put(self, event: events.Event) -> None:
        """Take an event. Callable from any thread."""
        if isinstance(event, events.Preview):
            if self._offer is not None:
                self._offer(self._run, event.instance, event.value)
            return
        with self._lock:
            if self._ended:
                return  # of a node that went on after its run was cancelled
            if isinstance(event, events.Started):
                self._latest[event.instance] = Started(n=event.instance)
            elif isinstance(event, events.Figures):
                self._curves.setdefault(event.instance, Curves()).add(event.before, event.series)
                self._grown.add(event.instance)
                if self._drawing:
                    return
                self._drawing = True
            elif isinstance(event, events.Progress):
                self._latest[event.instance] = Progress(n=event.instance, done=event.done, total=event.total)
                self._reached[event.instance] = event
            else:
                self._reliable.append(event)
                self._latest.pop(_about(event), None)
            if isinstance(event, events.Figures):
                call = self._draw
            elif self._awake:
                return
            else:
                self._awake, call = True, self._tell
        self._loop.call_soon_threadsafe(call)

    def end(self) -> None:
        """Tell what is left, and take no more. Called on the loop."""
        with self._lock:
            self._ended = True
        while self._reliable:
            self._tell()
        self._draw()

    def curves(self) -> list[CurvesTold]:
        """What the run's loops have collected so far in numbers. Callable from any thread."""
        with self._lock:
            return [self._told_curves(instance) for instance in self._curves]

    def _told_curves(self, instance: str) -> CurvesTold:
        return CurvesTold(n=instance, curves=self._curves[instance].record())

    def _draw(self) -> None:
        """Tell the curves that have grown; those that grow from now on are told after a while."""
        with self._lock:
            grown, self._grown = [self._told_curves(instance) for instance in self._grown], set()
            self._drawing = bool(grown) and not self._ended
        for message in grown:
            self._told.say(self._channel, f"curves:{message.n}", message)
        if self._drawing:
            self._loop.call_later(PAUSE, self._draw)

    def _tell(self) -> None:
        latest: dict[str, Wire] = {}
        with self._lock:
            batch = [self._reliable.popleft() for _ in range(min(BATCH, len(self._reliable)))]
            if not self._reliable:
                latest, self._latest = self._latest, {}
            self._awake = bool(self._reliable)
            if self._awake and not self._ended:
                self._loop.call_soon(self._tell)
        for event in batch:
            message = wire(event, self._reached.get(_about(event)))
            self.history.append(message)
            self._told.publish(self._channel, message, over=_about(event))
        for instance, message in latest.items():
            self._told.say(self._channel, instance, message)


def _about(event: events.Event) -> str:
    return "" if isinstance(event, events.Planned) else event.instance


def tellable(text: str) -> str:
    """What can be sent of a text that a pack wrote: an error may quote a whole file, or half a character."""
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    return short if short.isascii() else short.encode(errors="replace").decode()


def wire(event: events.Event, reached: events.Progress | None = None) -> Wire:
    """A reliable event as it is told.

    Args:
        event: The event.
        reached: How far its instance had come, as far as it told that.
    """
    match event:
        case events.Planned():
            return RunPlanned(total=event.total, to_run=event.to_run)
        case events.Done():
            return NodeDone(n=event.instance, c=event.cached, s=round(event.seconds, 6))
        case events.Failed():
            return NodeFailed(n=event.instance, reason=tellable(event.reason))
        case events.Blocked():
            return NodeBlocked(n=event.instance, by=event.by)
        case events.Stopped():
            done, total = (reached.done, reached.total) if reached else (0.0, 0.0)
            return NodeCancelled(n=event.instance, done=done, total=total)
        case _:
            raise AssertionError(f"{type(event).__name__} is lossy")
