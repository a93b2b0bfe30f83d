"""What the writer's thread is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import StoreError
from engine.store.index import Entry
from engine.store.ref import Ref

Blobs = Mapping[str, tuple[Ref, bytes]]
"""Digest → ref and bytes of large values on their way to disk."""


@dataclass(slots=True)  # not frozen: there is one for every small result, and a frozen one costs more to make
class Put:
    """A result to keep.

    Attributes:
        entry: Its row.
        blobs: Its large values.
        committed: Called once it is durable.
        failed: Called instead when it can't be.
    """

    entry: Entry
    blobs: Blobs
    committed: Callable[[], object] | None
    failed: Callable[[StoreError], object]


@dataclass(frozen=True, slots=True)
class Drop:
    """Entries to remove, in order with the puts around.

    Attributes:
        keys: Their keys.
        done: Called when they are gone, or can't be removed.
        failed: Called when they can't be removed.
    """

    keys: Sequence[bytes]
    done: Callable[[Sequence[bytes]], object]
    failed: Callable[[StoreError], object]


@dataclass(frozen=True, slots=True)
class Remember:
    """A graph's keys to keep for the next explanation, packed."""

    scope: str
    keys: bytes


@dataclass(frozen=True, slots=True)
class Use:
    """Entries that were used, whose worth must rise."""

    keys: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Remove blobs that no entry uses, left by a process that died.

    Attributes:
        grace: Seconds for which a young blob is left alone.
    """

    grace: float


Job = Put | Drop | Remember | Use | Sweep
