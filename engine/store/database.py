"""The index's SQLite file: one connection a process, shared by its threads and, through WAL, by processes.

Measured against SQLAlchemy, the standard library's module writes rows eight times as fast.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from engine.errors import StoreError
from engine.store.alive import lock

NAME = "index.sqlite"
SCHEMA = 1
PATIENCE = 30.0
"""Seconds to wait for another process that writes."""
CHUNK = 5000
"""Bound values in one statement; SQLite takes 32,766."""
ROWS = 500
"""Rows that one statement inserts."""

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE entries (
    key BLOB PRIMARY KEY, node TEXT NOT NULL, seconds REAL NOT NULL, size INTEGER NOT NULL,
    used REAL NOT NULL, outputs BLOB NOT NULL, ingredients BLOB NOT NULL, seal INTEGER NOT NULL);
CREATE TABLE blobs (digest TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE uses (digest TEXT, key BLOB, PRIMARY KEY (digest, key)) WITHOUT ROWID;
CREATE INDEX uses_by_key ON uses (key);
CREATE TABLE pins (key BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE leases (key BLOB PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE scopes (scope TEXT PRIMARY KEY, keys BLOB NOT NULL);
CREATE TABLE timings (node TEXT PRIMARY KEY, seconds REAL NOT NULL, size REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path BLOB PRIMARY KEY, stamp TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX files_by_digest ON files (digest);
CREATE TABLE usage (bytes INTEGER NOT NULL);
INSERT INTO usage VALUES (0);
CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN
    UPDATE usage SET bytes = bytes + length(NEW.outputs) + length(NEW.ingredients); END;
CREATE TRIGGER entry_changed AFTER UPDATE OF outputs, ingredients ON entries BEGIN
    UPDATE usage SET bytes = bytes + length(NEW.outputs) + length(NEW.ingredients)
        - length(OLD.outputs) - length(OLD.ingredients); END;
CREATE TRIGGER entry_gone AFTER DELETE ON entries BEGIN
    UPDATE usage SET bytes = bytes - length(OLD.outputs) - length(OLD.ingredients); END;
CREATE TRIGGER blob_added AFTER INSERT ON blobs BEGIN UPDATE usage SET bytes = bytes + NEW.size; END;
CREATE TRIGGER blob_gone AFTER DELETE ON blobs BEGIN UPDATE usage SET bytes = bytes - OLD.size; END;
"""

ASKED = """
WITH RECURSIVE
    start(place) AS (VALUES (1) UNION ALL SELECT place + ?1 FROM start WHERE place + ?1 <= length(?2)),
    asked(key) AS (SELECT substr(?2, place, ?1) FROM start)
"""


class Database:
    """A connection that several threads use one at a time.

    Attributes:
        lock: Held while the connection is used; who holds it keeps this process's other threads out.

    Raises:
        StoreError: The file is damaged, of a newer Knotwork, or its folder can't be written.
    """

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        self._path = home / NAME
        self.lock = RLock()
        self._depth = 0
        with self._named_errors():
            self._connection = self._open(read_only)
        try:
            self._check()
        except BaseException:
            self._connection.close()
            raise
        self.rows("PRAGMA synchronous = NORMAL")
        [(self._version,)] = self.rows("PRAGMA data_version")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one statement and fetch all its rows."""
        with self.lock, self._named_errors():
            return self._connection.execute(sql, values).fetchall()

    def rows_in(self, sql: str, values: Sequence[Any]) -> Iterator[Any]:
        """Run a statement whose ``(*)`` stands for any number of values."""
        for start in range(0, len(values), CHUNK):
            part = values[start : start + CHUNK]
            yield from self.rows(sql.replace("(*)", f"({','.join('?' * len(part))})"), part)

    def rows_of(self, sql: str, keys: Sequence[bytes]) -> Iterator[Any]:
        """Run a statement that reads from ``asked``, a table of keys; those that are equally long at once.

        It takes two thirds of the time of a list of parameters.
        """
        for size in {*map(len, keys)}:
            yield from self.rows(ASKED + sql, (size, b"".join([key for key in keys if len(key) == size])))

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement for each row of values; returns how many rows it changed."""
        with self.lock, self._named_errors():
            return self._connection.executemany(sql, rows).rowcount

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> int:
        """Insert rows whose key is not there, hundreds in one statement; returns how many those were.

        Each statement gives up the interpreter's lock, and while another thread is busy each waits up to 5 ms
        to get it back: ten thousand single rows took a minute.
        """
        new = 0
        with self.lock, self._named_errors():
            for start in range(0, len(rows), ROWS):
                part = rows[start : start + ROWS]
                places = ",".join([f"({','.join('?' * len(part[0]))})"] * len(part))
                sql = f"INSERT INTO {table} VALUES {places} ON CONFLICT DO NOTHING"
                new += self._connection.execute(sql, [value for row in part for value in row]).rowcount
        return new

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing; other writers, of all processes, wait. The outermost of nested ones commits."""
        with self.lock, self._named_errors():
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._connection.execute("COMMIT")
            except BaseException:
                if self._depth == 1 and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def changed(self) -> bool:
        """Tell whether somebody else has committed since this was last asked."""
        [(version,)] = self.rows("PRAGMA data_version")
        changed = version != self._version
        self._version = version
        return changed

    def stamp(self) -> tuple[int, int]:
        """Another value whenever this process, or somebody else, may have changed a row."""
        with self.lock:
            [(version,)] = self.rows("PRAGMA data_version")
            return self._connection.total_changes, version

    def close(self) -> None:
        """Close the file; what was committed stays."""
        with self.lock:
            self._connection.close()

    def _open(self, read_only: bool) -> sqlite3.Connection:
        if read_only:
            return self._open_to_read()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_suffix(".lock").open("ab") as opening:
                lock(opening, wait=True)  # of two that change the mode at once, SQLite refuses one at once
                return self._open_to_write()
        except OSError as error:
            raise StoreError(
                f"{self._path.parent} can't be made, written or locked ({error.strerror}). Set KNOTWORK_HOME "
                "to a folder of this machine that you can write."
            ) from error

    def _open_to_write(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        # Empty tables need not survive a power cut: whoever comes next makes them again.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def _open_to_read(self) -> sqlite3.Connection:
        if not self._path.exists():
            connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            connection.executescript(TABLES)
            connection.execute("INSERT INTO meta VALUES ('schema', ?)", [SCHEMA])
            return connection
        # Where nobody can write, SQLite can't make its shared memory and must be told that none is needed.
        shared = os.access(self._path.parent, os.W_OK) or self._path.with_name(f"{NAME}-wal").exists()
        mode = "mode=ro" if shared else "mode=ro&immutable=1"
        return sqlite3.connect(
            f"{self._path.as_uri()}?{mode}",
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )

    def _check(self) -> None:
        if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
            self._make()
        [(schema,)] = self.rows("SELECT value FROM meta WHERE name = 'schema'")
        if schema != SCHEMA:
            raise StoreError(
                f"{self._path} has the layout {schema}, this Knotwork reads {SCHEMA}. Use the Knotwork that "
                "made it, or set KNOTWORK_HOME to another folder."
            )

    def _make(self) -> None:
        with self.transaction():
            if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):  # nobody was faster
                for statement in _statements(TABLES):
                    self.rows(statement)
                self.rows("INSERT INTO meta VALUES ('schema', ?)", [SCHEMA])

    @contextmanager
    def _named_errors(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StoreError(self._explain(error)) from error

    def _explain(self, error: sqlite3.DatabaseError) -> str:
        text = str(error)
        if "locked" in text:
            return f"{self._path}: another process has been writing for {PATIENCE:.0f} s. Try again."
        if "full" in text:
            return f"{self._path}: the disk is full. Make room, or lower KNOTWORK_DISK_BUDGET."
        if "malformed" in text or "not a database" in text:
            return f"{self._path} is damaged ({text}). Delete {self._path.parent}; all can be computed again."
        return f"{self._path}: {text}. Set KNOTWORK_HOME to a folder that you can write."


def _statements(script: str) -> Iterator[str]:
    """Split a script; executescript would commit the transaction that it must run in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
