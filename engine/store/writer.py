"""The writer: one thread that takes what is to be written and commits it in groups.

A commit costs the same for one row as for thousands, so jobs wait a moment for company. The moment ends early
when somebody waits for the disk or when much has gathered; under load groups grow by themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition, Thread
from typing import Generic, TypeVar

from engine.errors import StoreError

WINDOW = 0.025
"""Seconds that a job waits for company."""
GROUP = 4096
"""Jobs that are enough to begin with."""

J = TypeVar("J")


class Writer(Generic[J]):
    """Hands jobs over in order, in groups.

    Args:
        commit: Makes a group durable and tells those who asked. It must not raise.
        room: Bytes that waiting jobs may hold; whoever submits more waits.
    """

    def __init__(self, commit: Callable[[list[J]], object], room: int) -> None:
        self._commit = commit
        self._room = room
        self._jobs: list[J] = []
        self._waiting = 0
        self._writing = 0
        self._submitted = 0
        self._done = 0
        self._hurried = 0
        self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, name="knotwork-store", daemon=True)
        self._thread.start()

    def submit(self, job: J, weight: int = 0) -> None:
        """Take a job; waits while too much is waiting already.

        Args:
            job: What to write.
            weight: Bytes that it holds in memory until it is written.

        Raises:
            StoreError: The store was closed.
        """
        with self._changed:
            while weight and (held := self._waiting + self._writing) and held + weight > self._room:
                if self._closed:
                    break
                self._changed.wait()
            if self._closed:
                raise StoreError("the store was closed while a run still used it. Close it after the run.")
            self._jobs.append(job)
            self._waiting += weight
            self._submitted += 1
            if len(self._jobs) in {1, GROUP}:
                self._changed.notify_all()

    def flush(self, timeout: float | None) -> bool:
        """Wait until all that was submitted before is durable.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            False when the time ran out.
        """
        with self._changed:
            target = self._hurried = self._submitted
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._done >= target, timeout)

    def close(self) -> None:
        """Write what waits and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while jobs := self._gather():
            self._commit(jobs)
            with self._changed:
                self._done += len(jobs)
                self._writing = 0
                self._changed.notify_all()

    def _gather(self) -> list[J]:
        """Wait for a group; empty once the store is closed and all is written."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed)
            until = time.monotonic() + WINDOW
            while not self._enough() and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            jobs, self._jobs = self._jobs, []
            self._writing, self._waiting = self._waiting, 0
            return jobs

    def _enough(self) -> bool:
        return (
            self._closed
            or len(self._jobs) >= GROUP
            or self._hurried > self._done
            or self._waiting > self._room // 2
        )
