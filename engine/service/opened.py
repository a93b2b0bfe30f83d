"""An open session as the server holds it: its graph and log, its file, and what is going on with both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from engine.graph.document import Graph
from engine.service.outside import Pending
from engine.service.records import SessionRecord, Wire
from engine.service.session import Session
from engine.service.workspace import Stamp


class Channels(Protocol):
    """Where events go; see ``engine.service.channels``."""

    def publish(self, channel: str, event: Wire) -> int:
        """Tell everyone who listens, exactly once and in order."""
        ...

    def close(self, channel: str) -> None:
        """Say that a channel's last message was published."""
        ...


class Timer(Protocol):
    """Something that was asked to happen later."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


Later = Callable[[float, Callable[[], object]], Timer]
"""Calls something after so many seconds, as an event loop's ``call_later`` does."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The file, as this server wrote or read it last.

    Attributes:
        graph: What it held, as far as it was taken over: the base of the next merge.
        seq: Number of edits that it has.
        digest: Digest of its bytes; empty when it should not be there.
        stamp: Its stamp; None when it has to be looked at.
    """

    graph: Graph
    seq: int
    digest: str
    stamp: Stamp | None = None


@dataclass(slots=True, eq=False)
class Opened:
    """One open session.

    Attributes:
        id: Its id.
        session: Its graph and log.
        name: Its file; empty when it has none.
        copy: What is known of the file.
        base_seq: Number of edits that the database's base document has.
        writing: Number of edits and digest of what was being written to the file when the server was killed.
        pending: What somebody else did to the file, while people have to choose.
        settled: Token of the last choice that was made.
        lost: Whether the database may have a change that the session does not know of.
        editing: Held while the graph is changed.
        disk: Held while the file is looked at or written; taken before ``editing``.
        checking: Whether the graph is being checked.
        saving: Set while the file is to be written after some time.
        closed: Whether nobody wants it open any more.
    """

    id: str
    session: Session
    name: str
    copy: Copy
    base_seq: int
    writing: tuple[int, str] | None = None
    pending: Pending | None = None
    settled: str = ""
    lost: bool = False
    editing: asyncio.Lock = field(default_factory=asyncio.Lock)
    disk: asyncio.Lock = field(default_factory=asyncio.Lock)
    checking: bool = False
    saving: Timer | None = None
    closed: bool = False
    _digested: tuple[Graph, str] | None = None

    @property
    def channel(self) -> str:
        """Where its events are published."""
        return f"graph:{self.id}"

    @property
    def is_saved(self) -> bool:
        """Whether the file has every edit."""
        return self.copy.seq == self.session.seq

    def digest(self) -> str:
        """Digest of the graph's meaning, taken once for each graph."""
        graph = self.session.graph
        if self._digested is None or self._digested[0] is not graph:
            self._digested = graph, graph.digest()
        return self._digested[1]

    def record(self) -> SessionRecord:
        """The session, for people and programs."""
        return SessionRecord(
            id=self.id,
            name=self.name,
            title=self.session.graph.title or PurePosixPath(self.name).stem,
            seq=self.session.seq,
            saved=self.copy.seq,
            digest=self.digest(),
        )
