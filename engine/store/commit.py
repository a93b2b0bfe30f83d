"""What makes a group of results durable: blobs first, then one transaction of rows, then word to owners."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from itertools import groupby

from engine.errors import StoreError
from engine.store.database import Database
from engine.store.disk import Disk
from engine.store.index import Entry, Index
from engine.store.jobs import Drop, Job, Put, Remember, Sweep, Use
from engine.store.ledger import Ledger
from engine.store.unwritten import Unwritten


class Committer:
    """Writes groups of jobs.

    Args:
        database: Holds the rows.
        index: Its entries.
        ledger: Its other facts.
        disk: Holds the blobs.
        unwritten: Is told when blobs have arrived.
        budget: Bytes that the store may take on disk.
    """

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
        """Make jobs durable and tell those who put. Never raises: owners are told what can't be written."""
        failed: dict[int, StoreError] = {}
        for number, job in enumerate(jobs):
            if isinstance(job, Put) and job.blobs and (error := self._write(job)):
                failed[number] = error
        try:
            self._write_rows([job for number, job in enumerate(jobs) if number not in failed])
        except StoreError as error:
            failed = dict.fromkeys(range(len(jobs)), error) | failed
        except OSError as error:
            failed = dict.fromkeys(range(len(jobs)), self._named(error, "results")) | failed
        for number, job in enumerate(jobs):
            self._tell(job, failed.get(number))

    def remove_blobs(self, digests: Sequence[str]) -> None:
        """Remove the files of blobs that nothing uses, unless another process uses them again by now."""
        if digests:
            with self._database.transaction():
                for digest in digests:
                    if not self._index.wants(digest):
                        self._disk.remove(digest)

    def _write(self, job: Put) -> StoreError | None:
        try:
            for ref, data in job.blobs.values():
                if ref.size > self._budget:
                    raise OSError(errno.EFBIG, "it is larger than all that the store may take")
                self._disk.write(ref, data)
        except OSError as error:
            return self._named(error, f'a result of "{job.entry.node}" ({job.entry.size / 2**20:.1f} MiB)')
        return None

    def _write_rows(self, jobs: Sequence[Job]) -> None:
        """Write rows in one transaction, then remove the blobs that nothing uses any more."""
        known: dict[bytes, Entry] = {}
        unused: list[str] = []
        with self._database.lock:
            with self._database.transaction():
                for puts, group in groupby(jobs, lambda job: isinstance(job, Put)):
                    if puts:
                        unused += self._put([job for job in group if isinstance(job, Put)], known)
                    else:
                        for job in group:
                            unused += self._do(job, known)
            self._index.know(known.values())
        self.remove_blobs(unused)

    def _put(self, jobs: list[Put], known: dict[bytes, Entry]) -> list[str]:
        for job in jobs:
            for ref, data in job.blobs.values():
                # Another process may have given the blob up since; files are removed only under this lock.
                self._disk.write(ref, data)
        entries, unused = self._index.add([job.entry for job in jobs])
        known |= {entry.key: entry for entry in entries}
        self._ledger.learn((job.entry.node, job.entry.seconds, job.entry.size) for job in jobs)
        return unused

    def _do(self, job: Job, known: dict[bytes, Entry]) -> list[str]:
        if isinstance(job, Drop):
            for key in job.keys:
                known.pop(key, None)
            return self._index.remove(job.keys)
        if isinstance(job, Remember):
            self._ledger.remember(job.scope, job.keys)
        elif isinstance(job, Use):
            self._index.use(job.keys)
        elif isinstance(job, Sweep):
            return list(self._disk.strays(self._index.wants, job.grace))
        return []

    def _tell(self, job: Job, error: StoreError | None) -> None:
        if isinstance(job, Drop):
            job.done(job.keys)
            if error is not None:
                job.failed(error)
        if not isinstance(job, Put):
            return
        if job.blobs:
            self._unwritten.remove(job.blobs.keys())
        if error is not None:
            job.failed(error)
            return
        if job.committed is not None:
            try:
                job.committed()
            except Exception as broken:  # the caller's mistake must reach the caller, not end this thread
                job.failed(StoreError(f"on_commit of {job.entry.node} raised {broken!r}"))

    def _named(self, error: OSError, what: str) -> StoreError:
        reason = error.strerror or str(error)
        return StoreError(
            f"{what} could not be stored: {reason}. The store may take {self._budget / 2**30:.2f} GiB "
            "(KNOTWORK_DISK_BUDGET): make room on the disk or change the budget. What was stored is safe, "
            "and the run can go on."
        )
