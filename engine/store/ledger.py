"""Small facts beside the entries: pins, leases, what a graph's last run had as keys, how long nodes take."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgpack

from engine.store.database import Database

RECENT = 0.3
"""Weight of the latest measurement in a node's expected time."""

LEARN = f"""
INSERT INTO timings VALUES (?, ?, ?) ON CONFLICT (node) DO UPDATE SET
    seconds = seconds + {RECENT} * (excluded.seconds - seconds),
    size = size + {RECENT} * (excluded.size - size)
"""
LEASE = """
INSERT INTO leases VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, until = excluded.until
    WHERE leases.owner = excluded.owner OR leases.until < ?
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """What a node of some kind may be expected to cost.

    Attributes:
        seconds: Time to compute it, recent ones weighing most.
        size: Encoded bytes of its outputs.
    """

    seconds: float
    size: float


class Ledger:
    """Facts about keys and nodes that are no results."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pin(self, key: bytes) -> None:
        """Keep a key's entry, if it has one or when it gets one, from being given up or dropped."""
        self._database.rows("INSERT OR IGNORE INTO pins VALUES (?)", [key])

    def unpin(self, key: bytes) -> None:
        """Undo ``pin``."""
        self._database.rows("DELETE FROM pins WHERE key = ?", [key])

    def pinned(self, keys: Sequence[bytes]) -> set[bytes]:
        """Which of the keys are pinned."""
        return {key for (key,) in self._database.rows_in("SELECT key FROM pins WHERE key IN (*)", keys)}

    def lease(self, key: bytes, owner: str, ttl: float) -> bool:
        """Say that an owner computes a key now.

        Args:
            key: What is computed.
            owner: Who computes it; an owner may renew its lease.
            ttl: Seconds after which the lease lapses, should the owner die.

        Returns:
            False when somebody else has it.
        """
        now = time.time()
        return self._database.many(LEASE, [(key, owner, now + ttl, now)]) == 1

    def release(self, key: bytes, owner: str) -> None:
        """End a lease; one that has passed to somebody else stays."""
        self._database.rows("DELETE FROM leases WHERE key = ? AND owner = ?", [key, owner])

    def leased_by(self, key: bytes) -> str | None:
        """Who computes a key now."""
        rows = self._database.rows(
            "SELECT owner FROM leases WHERE key = ? AND until >= ?", [key, time.time()]
        )
        return rows[0][0] if rows else None

    def remember(self, scope: str, keys: bytes) -> None:
        """Write what ``remembered`` will read."""
        self._database.rows("INSERT OR REPLACE INTO scopes VALUES (?, ?)", [scope, keys])

    def remembered(self, scope: str) -> dict[str, bytes]:
        """Instance → key of a graph's last run; empty when it has not run."""
        rows = self._database.rows("SELECT keys FROM scopes WHERE scope = ?", [scope])
        return msgpack.unpackb(rows[0][0]) if rows else {}

    def clear(self) -> None:
        """Forget everything."""
        with self._database.transaction():
            for table in ("pins", "leases", "scopes", "timings"):
                self._database.rows(f"DELETE FROM {table}")

    def learn(self, measured: Iterable[tuple[str, float, int]]) -> None:
        """Take in node id, seconds and bytes of what ran."""
        sums: dict[str, tuple[int, float, int]] = {}
        for node, seconds, size in measured:
            times, total, bytes_ = sums.get(node, (0, 0.0, 0))
            sums[node] = times + 1, total + seconds, bytes_ + size
        self._database.many(LEARN, [(node, s / times, b / times) for node, (times, s, b) in sums.items()])

    def timings(self, nodes: Sequence[str]) -> Mapping[str, Timing]:
        """What nodes may be expected to cost; those that never ran are left out."""
        rows = self._database.rows_in("SELECT node, seconds, size FROM timings WHERE node IN (*)", nodes)
        return {node: Timing(seconds, size) for node, seconds, size in rows}
