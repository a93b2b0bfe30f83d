"""Leases: processes that share a store don't compute the same key twice at the same time.

A lease is a courtesy. It lapses when its process dies, and two processes that do the same work all the same
give the same result, of which the first is kept.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from threading import Condition, Thread
from typing import Protocol
from uuid import uuid4

from engine.errors import Cancelled
from engine.store.index import Entry

LASTS = 30.0
"""Seconds until a lease lapses that nobody renews."""

LOOKS = 0.05
"""Seconds between two looks at a key that another process computes; there is nothing to be woken by."""


class Lender(Protocol):
    """The part of the store that lends keys."""

    def lease(self, key: bytes, owner: str, ttl: float) -> bool:
        """Say that an owner computes a key; False when another does."""
        ...

    def release(self, key: bytes, owner: str) -> None:
        """End a lease."""
        ...

    def probe(self, keys: Sequence[bytes]) -> Mapping[bytes, Entry]:
        """Entries by key, of those that are there."""
        ...


class Leases:
    """The keys that this process computes, renewed while it does.

    Args:
        store: Lends the keys.
    """

    def __init__(self, store: Lender) -> None:
        self._store = store
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex}"
        self._held: set[bytes] = set()
        self._changed = Condition()
        self._closed = False
        self._renewer: Thread | None = None

    def take(self, key: bytes, wanted: frozenset[str], given_up: Callable[[], bool]) -> Entry | None:
        """Get the right to compute a key, or the result that another process computed meanwhile.

        Raises:
            Cancelled: Nobody waits for it any more.
        """
        while not self._store.lease(key, self._owner, LASTS):
            with self._changed:
                self._changed.wait(LOOKS)
            if given_up():
                raise Cancelled("given up while another process computed it")
            entry = self._store.probe([key]).get(key)
            if entry is not None and wanted <= entry.outputs.keys():
                return entry
        with self._changed:
            self._held.add(key)
            if self._renewer is None:
                self._renewer = Thread(target=self._renew, name="knotwork-leases", daemon=True)
                self._renewer.start()
        return None

    def give_back(self, key: bytes) -> None:
        """End a lease, after the result is durable or the work has failed."""
        with self._changed:
            held = key in self._held
            self._held.discard(key)
        if held:
            self._store.release(key, self._owner)

    def close(self) -> None:
        """End all leases."""
        for key in tuple(self._held):
            self.give_back(key)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._renewer is not None:
            self._renewer.join()

    def _renew(self) -> None:
        while True:
            with self._changed:
                if self._changed.wait_for(lambda: self._closed, LASTS / 3):
                    return
                held = tuple(self._held)
            for key in held:
                self._store.lease(key, self._owner, LASTS)
