"""Single flight: however many runs of a process want a key, its work is done once.

The work belongs to the key, not to the run that began it: it goes on while anyone waits, is cancelled when
the last one leaves, and a failure reaches all who wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from engine.run.context import Token
from engine.run.events import Event, Lossy


@dataclass(slots=True, eq=False)  # not frozen: made for every call
class Waiter:
    """One instance of one run that waits for a key.

    Attributes:
        instance: Its name.
        tell: Takes the events of its run.
        land: Takes the outcome.
        paused: Set when its run takes the outcome another time, too.
    """

    instance: str
    tell: Callable[[Event], None]
    land: Callable[[Any], None]
    paused: Token = field(default_factory=Token)


@dataclass(slots=True, eq=False)
class Flight:
    """Work on one key.

    Attributes:
        cancelled: Set when nobody waits any more.
        waiters: Who waits; the first one began it.
    """

    cancelled: Token = field(default_factory=Token)
    waiters: list[Waiter] = field(default_factory=list[Waiter])

    def paused(self) -> bool:
        """Whether all who wait are paused."""
        return all(waiter.paused.is_set() for waiter in tuple(self.waiters))

    def tell(self, event: Lossy) -> None:
        """Pass an event of the work on to everyone who waits, under the name of their own instance."""
        for waiter in tuple(self.waiters):
            same = event.instance == waiter.instance
            waiter.tell(event if same else replace(event, instance=waiter.instance))


class Flights:
    """The work under way in a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._flying: dict[bytes, Flight] = {}

    def join(self, key: bytes | None, waiter: Waiter) -> tuple[Flight, bool]:
        """Wait for a key; True when the caller is the first and has to do the work. None is never shared."""
        with self._lock:
            flight = self._flying.get(key) if key is not None else None
            if flight is not None and not (flight.cancelled.is_set() or flight.paused()):
                flight.waiters.append(waiter)
                return flight, False
            flight = Flight(waiters=[waiter])
            if key is not None:
                self._flying[key] = flight
            return flight, True

    def waiting(self, key: bytes) -> int:
        """How many wait for a key."""
        with self._lock:
            flight = self._flying.get(key)
            return len(flight.waiters) if flight is not None else 0

    def leave(self, flight: Flight, waiter: Waiter) -> None:
        """Stop waiting; the last one to leave cancels the work."""
        with self._lock:
            if waiter in flight.waiters:
                flight.waiters.remove(waiter)
            if not flight.waiters:
                flight.cancelled.set()

    def land(self, key: bytes | None, flight: Flight) -> list[Waiter]:
        """End a flight: the ones to tell."""
        with self._lock:
            if key is not None and self._flying.get(key) is flight:
                del self._flying[key]
            return list(flight.waiters)
