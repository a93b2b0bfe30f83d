"""What makes a group of results durable: blobs first, then one transaction of rows, then word to who asked."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from threading import Lock

from engine.errors import StoreError
from engine.store.database import Database
from engine.store.disk import Disk
from engine.store.index import Entry, Index
from engine.store.ledger import Ledger
from engine.store.ref import Ref


@dataclass(frozen=True, slots=True)
class Put:
    """A result to keep.

    Attributes:
        entry: Its row.
        blobs: Its large values, with their bytes.
        committed: Called once it is durable.
        failed: Called instead when it can't be.
    """

    entry: Entry
    blobs: Mapping[str, tuple[Ref, bytes]]
    committed: Callable[[], None] | None
    failed: Callable[[StoreError], None]


@dataclass(frozen=True, slots=True)
class Drop:
    """Entries to remove, in order with the puts around; pinned ones stay."""

    keys: Sequence[bytes]
    done: Callable[[Sequence[bytes]], None]


@dataclass(frozen=True, slots=True)
class Remember:
    """A graph's keys to keep for the next explanation."""

    scope: str
    keys: bytes


@dataclass(frozen=True, slots=True)
class Use:
    """Entries that were used, whose worth must rise."""

    keys: Sequence[bytes]


Job = Put | Drop | Remember | Use


class Unwritten:
    """Bytes of blobs on their way to disk, so that they can be read before they arrive."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}
        self._waiting: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, blobs: Mapping[str, tuple[Ref, bytes]]) -> None:
        """Hold bytes until they are removed as often as they were added."""
        with self._lock:
            self._waiting.update(blobs.keys())
            self._data |= {digest: data for digest, (_, data) in blobs.items()}

    def remove(self, blobs: Collection[str]) -> None:
        """Let bytes go that have arrived, or never will."""
        if not blobs:
            return
        with self._lock:
            for digest in blobs:
                self._waiting[digest] -= 1
                if not self._waiting[digest]:
                    del self._waiting[digest], self._data[digest]

    def get(self, digest: str) -> bytes | None:
        """The bytes, if they are on their way."""
        return self._data.get(digest)


class Committer:
    """Writes groups of jobs."""

    def __init__(
        self, database: Database, index: Index, ledger: Ledger, disk: Disk, unwritten: Unwritten, budget: int
    ) -> None:
        self._database = database
        self._index = index
        self._ledger = ledger
        self._disk = disk
        self._unwritten = unwritten
        self._budget = budget

    def commit(self, jobs: Sequence[Job]) -> None:
        """Make jobs durable, and tell those who put. Never raises: what can't be written is told to its owner."""
        failed: dict[int, StoreError] = {}
        for number, job in enumerate(jobs):
            if isinstance(job, Put) and (error := self._write(job)):
                failed[number] = error
        try:
            entries = self._write_rows([job for number, job in enumerate(jobs) if number not in failed])
            self._index.know(entries)
        except StoreError as error:
            failed = {number: error for number in range(len(jobs))} | failed
        for number, job in enumerate(jobs):
            self._tell(job, failed.get(number))

    def _write(self, job: Put) -> StoreError | None:
        try:
            for ref, data in job.blobs.values():
                self._write_blob(ref, data)
        except OSError as error:
            return self._named(error, job)
        return None

    def _write_blob(self, ref: Ref, data: bytes) -> None:
        if ref.size > self._budget:
            raise OSError(errno.EFBIG, "larger than the whole budget")
        if not self._disk.has(ref):
            self._disk.write(ref, data)

    def _write_rows(self, jobs: Sequence[Job]) -> list[Entry]:
        """Write rows in one transaction, then remove the blobs that nothing uses any more."""
        known: dict[bytes, Entry] = {}
        unused: list[str] = []
        with self._database.transaction():
            for kind, group in groupby(jobs, type):
                unused += _WRITE[kind](self, list(group), known)
        self.remove_blobs(unused)
        return list(known.values())

    def remove_blobs(self, digests: Sequence[str]) -> None:
        """Remove the files of blobs that nothing uses, unless another process uses them again by now."""
        if digests:
            with self._database.transaction():
                for digest in digests:
                    if not self._index.wants(digest):
                        self._disk.remove(digest)

    def _put(self, jobs: list[Put], known: dict[bytes, Entry]) -> list[str]:
        for job in jobs:
            for ref, data in job.blobs.values():
                if not self._disk.has(ref):  # another process gave it up since: blobs go only under this lock
                    self._disk.write(ref, data)
        entries, unused = self._index.add([job.entry for job in jobs])
        known |= {entry.key: entry for entry in entries}
        self._ledger.learn((job.entry.node, job.entry.seconds, job.entry.size) for job in jobs)
        return unused

    def _drop(self, jobs: list[Drop], known: dict[bytes, Entry]) -> list[str]:
        keys = {key for job in jobs for key in job.keys}
        keys -= self._ledger.pinned(list(keys))
        for key in keys:
            known.pop(key, None)
        return self._index.remove(list(keys))

    def _remember(self, jobs: list[Remember], _: dict[bytes, Entry]) -> list[str]:
        for job in jobs:
            self._ledger.remember(job.scope, job.keys)
        return []

    def _use(self, jobs: list[Use], _: dict[bytes, Entry]) -> list[str]:
        self._index.use([key for job in jobs for key in job.keys])
        return []

    def _tell(self, job: Job, error: StoreError | None) -> None:
        if isinstance(job, Drop):
            job.done(job.keys)
        if not isinstance(job, Put):
            return
        self._unwritten.remove(job.blobs)
        if error is not None:
            job.failed(error)
        elif job.committed is not None:
            job.committed()

    def _named(self, error: OSError, job: Put) -> StoreError:
        gib = self._budget / 2**30
        reason = error.strerror or str(error)
        return StoreError(
            f'a result of "{job.entry.node}" ({job.entry.size / 2**20:.1f} MiB) could not be stored: {reason}. The '
            f"store may take {gib:.2f} GiB (KNOTWORK_DISK_BUDGET); make room on the disk or change the budget. "
            "What was stored is safe, and the run can go on without storing."
        )


_WRITE = {Put: Committer._put, Drop: Committer._drop, Remember: Committer._remember, Use: Committer._use}  # pyright: ignore[reportPrivateUsage]
