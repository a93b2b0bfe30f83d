"""What a run tells while it goes on.

Reliable events come exactly once and in order; lossy ones may be dropped, the latest of an instance counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Planned:
    """The run knows its work.

    Attributes:
        total: Instances in the graph.
        to_run: Instances that will run, as far as is known now.
    """

    total: int
    to_run: int


@dataclass(frozen=True, slots=True)
class Started:
    """An instance begins. Lossy."""

    instance: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an instance is. Lossy.

    Attributes:
        done: In the node's own unit.
        total: In the same unit.
    """

    instance: str
    done: float
    total: float


@dataclass(frozen=True, slots=True)
class Preview:
    """An intermediate value. Lossy."""

    instance: str
    value: Any


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers that a loop collected. Lossy, but each turn's are told once only.

    Attributes:
        before: Turns before the first of them.
        series: Name → numbers, one a turn.
    """

    instance: str
    before: int
    series: Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Done:
    """An instance is finished, and its result is durable.

    Attributes:
        cached: It came from the store.
        seconds: Time the node took; 0 when cached.
    """

    instance: str
    cached: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """An instance raised.

    Attributes:
        reason: Text for the person who reads it.
    """

    instance: str
    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """An instance can't run since something in front of it failed."""

    instance: str
    by: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """An instance was cancelled."""

    instance: str


Lossy = Started | Progress | Preview | Figures
Event = Planned | Done | Failed | Blocked | Stopped | Lossy
Listener = Callable[[Event], None]
