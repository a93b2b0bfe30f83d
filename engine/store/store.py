"""The store: key → outputs, in memory and on disk, shared by threads and by processes."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

import msgpack

from engine.declare.codec import CodecError, decode
from engine.errors import StoreError
from engine.store.alive import Life
from engine.store.commit import Committer
from engine.store.database import Database
from engine.store.digests import Digests
from engine.store.disk import GRACE, Disk
from engine.store.index import Entry, Index
from engine.store.jobs import Drop, Job, Put, Remember, Sweep, Use
from engine.store.ledger import Ledger, Timing
from engine.store.memory import ABSENT, Memory
from engine.store.ref import Missing, Ref, refer
from engine.store.unwritten import Unwritten
from engine.store.writer import Writer

SLACK = 0.9
"""Part of the disk budget that eviction goes down to, so that it is seldom needed."""
STEP = 1.02
"""Growth after which eviction is tried again when it could not make room before."""
ROOM = 256 * 2**20
"""Bytes that may wait to be written."""


@dataclass(frozen=True, slots=True)
class Stats:
    """How full the store is; sizes in bytes."""

    entries: int
    blobs: int
    pinned: int
    disk_used: int
    disk_budget: int
    ram_used: int
    ram_budget: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What ``Store.verify`` found.

    Attributes:
        checked: Blobs read.
        damaged: Digests of blobs that were gone or damaged; the entries that used them are dropped.
    """

    checked: int
    damaged: tuple[str, ...]


class Store:
    """Results by key.

    Args:
        home: Folder that it keeps everything in.
        disk_budget: Bytes that it may take on disk.
        ram_budget: Bytes of values that it may keep in memory.
        read_only: Read what is there and keep new values in memory alone; nothing is written.

    Attributes:
        home: The folder.
        digests: Content digests of files that were read.

    Raises:
        StoreError: The folder can't be used, or a newer Knotwork made it.
    """

    def __init__(self, home: Path, *, disk_budget: int, ram_budget: int, read_only: bool = False) -> None:
        self.home = home
        self._read_only = read_only
        self._budget = disk_budget
        self._database = Database(home, read_only=read_only)
        self._life = None if read_only else Life(home / "live")
        self._disk = Disk(home, self._life)
        self._index = Index(self._database)
        self._ledger = Ledger(self._database)
        self.digests = Digests(self._database, writable=not read_only)
        self._memory = Memory(ram_budget)
        self._unwritten = Unwritten()
        self._committer = Committer(
            self._database, self._index, self._ledger, self._disk, self._unwritten, disk_budget
        )
        self._lock = Lock()
        self._held: Counter[bytes] = Counter()
        self._going: Counter[bytes] = Counter()
        self._errors: list[StoreError] = []
        self._stuck = 0
        self._temporary = False
        self._writer = None if read_only else Writer[Job](self._commit, ROOM)
        self._recover()

    @classmethod
    def temporary(cls, *, disk_budget: int = 20 * 2**30, ram_budget: int = 2 * 2**30) -> Store:
        """A store that begins empty and is gone when it is closed."""
        store = cls(
            Path(tempfile.mkdtemp(prefix="knotwork-")), disk_budget=disk_budget, ram_budget=ram_budget
        )
        store._temporary = True
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def probe(self, keys: Sequence[bytes]) -> dict[bytes, Entry]:
        """The entries of keys that have one; those not yet committed are not there."""
        found = self._index.probe(keys)
        if self._going:
            found = {key: entry for key, entry in found.items() if key not in self._going}
        if self._writer and (faded := self._index.faded(found)):
            self._writer.submit(Use(faded))
        return found

    def ref(self, value: Any) -> Ref:
        """Encode and digest a value without storing it.

        Raises:
            CodecError: The value can't be stored.
        """
        return refer(value)[0]

    def put(
        self,
        key: bytes,
        outputs: Mapping[str, Any],
        *,
        node: str,
        seconds: float,
        ingredients: bytes,
        on_commit: Callable[[], object] | None = None,
        on_error: Callable[[StoreError], object] | None = None,
    ) -> Mapping[str, Ref]:
        """Keep a result. Its values can be loaded at once, its entry is there once it is committed.

        Args:
            key: What was computed.
            outputs: Output name → value. Nobody may change the values from now on, except after ``take``.
            node: Id of the node.
            seconds: How long it took.
            ingredients: What the key was made of, for explanations.
            on_commit: Called by the store's thread, in the order of the puts, once the entry is durable.
                A read-only store calls it at once.
            on_error: Called instead when the entry can't be kept. Without it ``flush`` raises.

        Raises:
            CodecError: A value can't be stored.
        """
        refs: dict[str, Ref] = {}
        blobs: dict[str, tuple[Ref, bytes]] = {}
        for name, value in outputs.items():
            refs[name], data = refer(value)
            if data:
                blobs |= {ref.digest: (ref, data[ref.digest]) for ref in refs[name].blobs()}
                self._keep(refs[name], value, seconds)
        if self._writer is None:
            if on_commit is not None:
                on_commit()
            return refs
        weight = 0
        if blobs:
            self._unwritten.add(blobs)
            weight = sum(ref.size for ref, _ in blobs.values())
        entry = Entry.of(key, refs, seconds=seconds, node=node, ingredients=ingredients)
        self._writer.submit(Put(entry, blobs, on_commit, on_error or self._errors.append), weight)
        return refs

    def load(self, ref: Ref) -> Any:
        """The value of a ref, its tensors on the CPU. Whoever wants to change it takes it first.

        Raises:
            Missing: It is gone or damaged. The entries that named it are dropped: compute it again.
        """
        if ref.form == "inline":
            return self._decode(ref, ref.data)
        if ref.form == "list":
            return [self.load(item) for item in ref.items]
        value = self._memory.get(ref.digest)
        if value is ABSENT:
            start = perf_counter()
            value = self._decode(ref, self._unwritten.get(ref.digest) or self._read(ref))
            self._memory.put(ref.digest, value, seconds=perf_counter() - start, size=ref.size)
        return value

    def take(self, ref: Ref) -> bool:
        """Let a value go from memory, and those that share its bytes: its reader will change it in place.

        Returns:
            Whether all of it was in memory.
        """
        if ref.form == "list":
            return all([self.take(item) for item in ref.items])
        return ref.form != "inline" and self._memory.take(ref.digest)

    def ingredients(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What keys were made of, of those that have an entry."""
        return {key: entry.ingredients for key, entry in self._index.probe(keys).items()}

    def stamp(self) -> tuple[int, int]:
        """Another value whenever entries, or what is remembered of nodes and graphs, may have changed."""
        return self._database.stamp()

    def drop(self, keys: Sequence[bytes]) -> None:
        """Remove entries, also ones just put; pinned ones stay. They are gone for ``probe`` at once."""
        writer = self._writing()
        doomed = set(keys) - self._ledger.pinned(list(keys))
        with self._lock:
            self._going.update(doomed)
        writer.submit(Drop(list(doomed), self._dropped, self._errors.append))

    def pin(self, key: bytes) -> None:
        """Keep a key's entry, there or to come, whatever happens: frozen results, marked checkpoints."""
        self._writing()
        self._ledger.pin(key)

    def unpin(self, key: bytes) -> None:
        """Undo ``pin``."""
        self._writing()
        self._ledger.unpin(key)

    def pinned(self, keys: Sequence[bytes]) -> set[bytes]:
        """Which of the keys are pinned."""
        return self._ledger.pinned(keys)

    @contextmanager
    def hold(self, keys: Sequence[bytes]) -> Generator[None]:
        """Don't give up entries that a run needs while it lasts. Other processes don't know of it."""
        with self._lock:
            self._held.update(keys)
        try:
            yield
        finally:
            with self._lock:
                self._held.subtract(keys)
                self._held = +self._held
                self._stuck = 0

    def lease(self, key: bytes, owner: str, ttl: float) -> bool:
        """Tell other processes that an owner computes a key, for ``ttl`` seconds; False when another does.

        A lease ends with its process, also when that was killed.
        """
        if self._life is None:
            return True
        holder = f"{self._life.name} {owner}"
        if self._ledger.lease(key, holder, ttl):
            return True
        other = self._ledger.leased_by(key)
        if other is not None and self._life.lasts(other.partition(" ")[0]):
            return False
        if other is not None:
            self._ledger.release(key, other)
        return self._ledger.lease(key, holder, ttl)

    def release(self, key: bytes, owner: str) -> None:
        """End a lease."""
        if self._life is not None:
            self._ledger.release(key, f"{self._life.name} {owner}")

    def leased_by(self, key: bytes) -> str | None:
        """Who computes a key now, in any process."""
        holder = self._ledger.leased_by(key)
        return None if holder is None else holder.partition(" ")[2]

    def timings(self, nodes: Sequence[str]) -> Mapping[str, Timing]:
        """Expected seconds and bytes of nodes, by id; those that never ran are left out."""
        return self._ledger.timings(nodes)

    def remember(self, scope: str, keys: Mapping[str, bytes]) -> None:
        """Keep the keys of a graph's last run, by instance."""
        if self._writer is not None:
            self._writer.submit(Remember(scope, msgpack.packb(dict(keys))))

    def remembered(self, scope: str) -> Mapping[str, bytes]:
        """The keys of a graph's last run, by instance; empty when there was none."""
        return self._ledger.remembered(scope)

    def flush(self, timeout: float | None = None) -> None:
        """Wait until everything that was put before is durable.

        Args:
            timeout: Seconds to wait at most; None = as long as it takes.

        Raises:
            StoreError: Something could not be stored and had no ``on_error``, or the time ran out.
        """
        if self._writer is not None and not self._writer.flush(timeout):
            raise StoreError(
                f"{self.home}: results still wait to be written after {timeout} s. Is the disk slow?"
            )
        if self._errors:
            error = self._errors[0]
            self._errors.clear()
            raise error

    def close(self) -> None:
        """Write what waits and let go of the home."""
        if self._writer is not None:
            self._writer.close()
        if self._life is not None:
            self._life.end()
        self._database.close()
        self._memory.clear()
        if self._temporary:
            shutil.rmtree(self.home, ignore_errors=True)

    def stats(self) -> Stats:
        """How full the store is."""
        [(entries, blobs, pinned)] = self._database.rows(
            "SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM blobs), (SELECT count(*) FROM pins)"
        )
        memory = self._memory
        return Stats(entries, blobs, pinned, self._index.used(), self._budget, memory.used, memory.budget)

    def gc(self, budget: int | None = None) -> int:
        """Give up entries until the store fits a budget, by default its own; remove stray files.

        Returns:
            Bytes given up.
        """
        writer = self._writing()
        writer.submit(Sweep(GRACE))
        writer.flush(None)
        before = self._index.used()
        self._evict(self._budget if budget is None else budget)
        return before - self._index.used()

    def verify(self) -> Verified:
        """Read every blob; entries whose blobs are gone or damaged are dropped."""
        self._writing().flush(None)
        refs = {
            blob.digest: blob
            for entry in self._index.all()
            for ref in entry.outputs.values()
            for blob in ref.blobs()
        }
        damaged: list[str] = []
        for digest, ref in refs.items():
            try:
                self._read(ref)
            except Missing:
                damaged.append(digest)
        return Verified(len(refs), tuple(damaged))

    def clear(self) -> None:
        """Remove every entry, pinned ones too, and what was remembered of nodes and graphs."""
        self._writing().flush(None)
        with self._database.transaction():
            self._ledger.clear()
            unused = self._index.clear()
        self._committer.remove_blobs(unused)
        self._memory.clear()

    def _commit(self, jobs: Sequence[Job]) -> None:
        self._committer.commit(jobs)
        with suppress(StoreError):  # room is made with the next group
            if self._index.used() > max(self._budget, self._stuck):
                self._evict(int(self._budget * SLACK))
                # Where all is held or pinned, looking again pays only after there is more.
                self._stuck = int(self._index.used() * STEP)

    def _evict(self, budget: int) -> None:
        with self._lock:
            held = set(self._held)
        self._committer.remove_blobs(self._index.evict(budget, held))

    def _keep(self, ref: Ref, value: Any, seconds: float) -> None:
        if ref.form == "list":
            for item, part in zip(ref.items, value, strict=True):
                self._keep(item, part, seconds * item.size / max(ref.size, 1))
        elif ref.form != "inline":
            self._memory.put(ref.digest, value, seconds=seconds, size=ref.size)

    def _decode(self, ref: Ref, data: bytes) -> Any:
        try:
            return decode(data)
        except CodecError:
            raise
        except Exception as error:
            raise Missing(ref.digest, f"can't be read ({error})") from error

    def _read(self, ref: Ref) -> bytes:
        try:
            return self._disk.read(ref)
        except Missing:
            if self._writer is None:
                self._hide(ref)
                raise
        # Nobody writes or removes blobs while the lock is held, so what is damaged now stays so.
        with self._database.transaction():
            try:
                return self._disk.read(ref)
            except Missing as missing:
                unused = self._index.remove(self._index.users(ref.digest))
                self._disk.remove(ref.digest)
                lost = missing
        self._committer.remove_blobs(unused)
        raise lost

    def _hide(self, ref: Ref) -> None:
        """Make entries whose blob is lost a miss for this process, which may not remove them."""
        with self._lock:
            self._going.update(self._index.users(ref.digest))

    def _dropped(self, keys: Sequence[bytes]) -> None:
        with self._lock:
            self._going.subtract(keys)
            self._going = +self._going

    def _writing(self) -> Writer[Job]:
        if self._writer is None:
            raise StoreError(
                f"{self.home} is open for reading only. Open it for writing to change what it keeps."
            )
        return self._writer

    def _recover(self) -> None:
        """Clean up after processes that were killed."""
        if self._life is not None:
            living, died = self._life.bury()
            if died:
                self._disk.sweep(living)
                self._writing().submit(Sweep(GRACE if len(living) > 1 else 0.0))
