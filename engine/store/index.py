"""The index: key → where the outputs lie, which entries use a blob, what is given up when room runs out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

from engine.store.database import CHUNK, Database
from engine.store.eviction import GreedyDual, worth
from engine.store.ref import INLINE, Ref, pack, unpack

KNOWN = 200_000
"""Entries remembered in memory before they are forgotten and read again."""

CHANGE = """
UPDATE entries SET node = ?, seconds = ?, size = ?, used = ?, outputs = ?, ingredients = ?, seal = ?
    WHERE key = ?
"""
READ = """
SELECT entries.key, node, seconds, size, used, outputs, ingredients, seal
    FROM asked CROSS JOIN entries ON entries.key = asked.key
"""


class Entry(NamedTuple):
    """What is known of one key. A tuple for the reason that a ``Ref`` is one.

    Attributes:
        key: What was computed.
        outputs: Output name → where its value lies. Outputs that were not stored are not there.
        seconds: How long it took.
        node: Id of the node.
        ingredients: What the key was made of, as the caller gave it.
        size: Encoded bytes of all outputs.
    """

    key: bytes
    outputs: Mapping[str, Ref]
    seconds: float
    node: str
    ingredients: bytes
    size: int

    @classmethod
    def of(
        cls, key: bytes, outputs: Mapping[str, Ref], *, seconds: float, node: str, ingredients: bytes
    ) -> Entry:
        """An entry with its size added up."""
        size = 0
        for ref in outputs.values():
            size += ref.size
        return cls(key, outputs, seconds, node, ingredients, size)


class Index:
    """Entries and the blobs that they use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[Entry, float]] = {}
        self._inflation = self._read_inflation()

    def probe(self, keys: Sequence[bytes]) -> dict[bytes, Entry]:
        """The entries that are there. Rows that were damaged on disk are not."""
        with self._database.lock:  # else a row could be removed between being read and being known
            if self._database.changed() or len(self._known) > KNOWN:
                self._known.clear()
                self._inflation = self._read_inflation()
            known = self._known
            missing = [key for key in keys if key not in known]
            if missing:
                known |= self._read(missing)
            return {key: known[key][0] for key in keys if key in known}

    def add(self, entries: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
        """Write entries. Outputs that an entry had before and now lacks are kept.

        Returns:
            The entries as they are now, to ``know`` after the commit, and the digests of blobs that nothing
            uses any more.
        """
        with self._database.transaction():
            replaced: set[str] = set()
            if self._database.insert("entries", [self._row(entry) for entry in entries]) < len(entries):
                entries, replaced = self._merge(entries)
            blobs = [
                (ref.digest, ref.size, entry.key)
                for entry in entries
                if entry.size > INLINE
                for ref in _blobs(entry)
            ]
            if blobs:
                self._database.insert("blobs", [row[:2] for row in blobs])
                self._database.insert("uses", [row[::2] for row in blobs])
            return list(entries), self._release(replaced)

    def know(self, entries: Iterable[Entry]) -> None:
        """Keep committed entries in memory."""
        for entry in entries:
            self._known[entry.key] = entry, self._inflation

    def remove(self, keys: Sequence[bytes]) -> list[str]:
        """Remove entries, pinned or not; returns the digests of blobs that nothing uses any more."""
        with self._database.transaction():
            rows = self._database.rows_in("SELECT digest FROM uses WHERE key IN (*)", keys)
            digests = {digest for (digest,) in rows}
            self._database.many("DELETE FROM uses WHERE key = ?", [(key,) for key in keys])
            self._database.many("DELETE FROM entries WHERE key = ?", [(key,) for key in keys])
            for key in keys:
                self._known.pop(key, None)
            return self._release(digests)

    def users(self, digest: str) -> list[bytes]:
        """Keys of the entries that use a blob."""
        return [key for (key,) in self._database.rows("SELECT key FROM uses WHERE digest = ?", [digest])]

    def wants(self, digest: str) -> bool:
        """Tell whether some entry uses a blob."""
        return bool(self._database.rows("SELECT 1 FROM blobs WHERE digest = ?", [digest]))

    def used(self) -> int:
        """Bytes on disk: every blob once, and the rows."""
        [(used,)] = self._database.rows("SELECT bytes FROM usage")
        return used

    def evict(self, budget: int, kept: Collection[bytes]) -> list[str]:
        """Give up entries, least worth first, until the rest fits. Pinned ones stay.

        Args:
            budget: Bytes that may remain.
            kept: Keys that an active run needs.

        Returns:
            The digests of blobs that nothing uses any more.
        """
        digests: list[str] = []
        with self._database.transaction():
            policy = GreedyDual[bytes](self._read_inflation())
            for key, used, seconds, size in self._database.rows(
                "SELECT key, used, seconds, size FROM entries WHERE key NOT IN (SELECT key FROM pins)"
                " ORDER BY rowid"
            ):
                policy.restore(key, worth(used, seconds, size))
            victims = policy.victims(kept.__contains__)
            while self.used() > budget and (victim := next(victims, None)) is not None:
                digests += self.remove([victim])
            self._inflation = policy.inflation
            self._database.rows("INSERT OR REPLACE INTO meta VALUES ('inflation', ?)", [policy.inflation])
        return digests

    def all(self) -> Iterator[Entry]:
        """Every entry; rows that were damaged on disk are removed."""
        keys = [key for (key,) in self._database.rows("SELECT key FROM entries")]
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            found = self._read(part)
            self.remove([key for key in part if key not in found])
            yield from (entry for entry, _ in found.values())

    def clear(self) -> list[str]:
        """Remove every entry; returns the digests of their blobs."""
        with self._database.transaction():
            digests = [digest for (digest,) in self._database.rows("SELECT digest FROM blobs")]
            for table in ("entries", "uses", "blobs"):
                self._database.rows(f"DELETE FROM {table}")
            self._known.clear()
        return digests

    def faded(self, keys: Iterable[bytes]) -> list[bytes]:
        """The probed keys whose worth was set before the last eviction, so that using them must raise it."""
        if not self._inflation:
            return []
        return [key for key in keys if (known := self._known.get(key)) and known[1] < self._inflation]

    def use(self, keys: Sequence[bytes]) -> None:
        """Raise the worth of entries that are used now."""
        self._database.many(
            "UPDATE entries SET used = ? WHERE key = ?", [(self._inflation, key) for key in keys]
        )
        self.know([self._known[key][0] for key in keys if key in self._known])

    def _merge(self, entries: Sequence[Entry]) -> tuple[list[Entry], set[str]]:
        """Write entries of which some were there before, perhaps with other outputs."""
        latest: dict[bytes, Entry] = {}
        for entry in entries:
            latest[entry.key] = _joined(latest.get(entry.key), entry)
        before = {key: entry for key, (entry, _) in self._read(list(latest)).items()}
        joined = [_joined(before.get(key), entry) for key, entry in latest.items()]
        rows = [self._row(entry) for entry in joined]
        self._database.many(CHANGE, [(*row[1:], row[0]) for row in rows])
        self._database.many("DELETE FROM uses WHERE key = ?", [(key,) for key in latest])
        return joined, {ref.digest for entry in before.values() for ref in _blobs(entry)}

    def _release(self, digests: Iterable[str]) -> list[str]:
        """Take the rows of blobs away that nothing uses."""
        unused = [
            digest
            for digest in sorted(digests)
            if not self._database.rows("SELECT 1 FROM uses WHERE digest = ? LIMIT 1", [digest])
        ]
        self._database.many("DELETE FROM blobs WHERE digest = ?", [(digest,) for digest in unused])
        return unused

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, tuple[Entry, float]]:
        return {
            key: (Entry(key, unpack(outputs), seconds, node, ingredients, size), used)
            for key, node, seconds, size, used, outputs, ingredients, seal in self._database.rows_of(
                READ, keys
            )
            if seal == _seal(key, outputs)
        }

    def _row(self, entry: Entry) -> tuple[object, ...]:
        key, outputs = entry.key, pack(entry.outputs)
        seal = _seal(key, outputs)
        return key, entry.node, entry.seconds, entry.size, self._inflation, outputs, entry.ingredients, seal

    def _read_inflation(self) -> float:
        rows = self._database.rows("SELECT value FROM meta WHERE name = 'inflation'")
        return rows[0][0] if rows else 0.0


def _joined(before: Entry | None, now: Entry) -> Entry:
    if before is None:
        return now
    outputs = {**before.outputs, **now.outputs}
    return Entry.of(now.key, outputs, seconds=now.seconds, node=now.node, ingredients=now.ingredients)


def _seal(key: bytes, outputs: bytes) -> int:
    """Ties a row's refs and inline values to its key, so that damage on disk is noticed."""
    return crc32(outputs, crc32(key))


def _blobs(entry: Entry) -> list[Ref]:
    return [blob for ref in entry.outputs.values() for blob in ref.blobs()]
