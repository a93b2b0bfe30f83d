"""What waits to be sent to one client: every reliable message, and of the lossy ones the latest of each key.

A client that reads slowly fills its own outbox and nothing else. Lossy messages only ever take the room they
have. When reliable ones pass their bound, the outbox is ended: the socket is closed with the reason, the
client comes back and is sent what it missed, or a snapshot. What it asked for to catch up may be larger than
the bound: that much more may wait until it was read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from engine.service.protocol import CLOSE_TOO_SLOW

RELIABLE_BYTES = 4 * 2**20
"""Bytes of reliable messages that may wait; one more message is taken before the client counts as stalled."""

LOSSY_BYTES = 4 * 2**20
"""Bytes of lossy messages that may wait; the oldest are dropped for newer ones."""

TOGETHER_BYTES = 2**16
"""Bytes at which a frame takes no further message."""

ARRAY_16 = b"\xdc"
"""MessagePack's sign for a list of up to 65,535; the shortest message has more than one byte."""

LEFT = 1000
"""Close code of a client that needs to be told nothing."""

TOO_SLOW = "messages came faster than they were read; connect again to go on from the last one"


class Outbox:
    """The messages for one client, encoded; one task takes them. Lives on the event loop.

    Args:
        reliable: Bytes of reliable messages that may wait.
        lossy: Bytes of lossy messages that may wait.

    Attributes:
        ended: Set when nothing more will be sent.
        code: Why, as a close code of the protocol.
        reason: Why, in words.
    """

    def __init__(self, reliable: int = RELIABLE_BYTES, lossy: int = LOSSY_BYTES) -> None:
        self.ended = asyncio.Event()
        self.code = LEFT
        self.reason = ""
        self._limits = reliable, lossy
        self._allowed = reliable
        self._reliable: deque[bytes] = deque()
        self._lossy: dict[tuple[str, str], bytes] = {}
        self._reliable_bytes = 0
        self._lossy_bytes = 0
        self._filled = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._reliable_bytes + self._lossy_bytes

    @property
    def stalled(self) -> bool:
        """Whether the client read so slowly that it was given up."""
        return self.code == CLOSE_TOO_SLOW

    def put(self, message: bytes) -> None:
        """Add a reliable message; ends the outbox when too much waits already."""
        if self.ended.is_set():
            return
        if self._reliable_bytes > self._allowed:
            self.end(CLOSE_TOO_SLOW, TOO_SLOW)
            return
        self._reliable.append(message)
        self._count(len(message))
        self._filled.set()

    def catch_up(self, messages: Sequence[bytes]) -> None:
        """Add what the client asked for, however much that is. Wait for ``room`` first."""
        if self.ended.is_set() or not messages:
            return
        self._reliable.extend(messages)
        self._count(sum(map(len, messages)))
        self._allowed = self._reliable_bytes + self._limits[0]
        self._filled.set()

    async def room(self) -> None:
        """Wait until the client has read so much that it can be sent what it asks for."""
        await self._has_room.wait()

    def put_lossy(self, channel: str, key: str, message: bytes) -> None:
        """Add a lossy message in place of the one before it with the same key."""
        if self.ended.is_set():
            return
        self.drop(channel, key)
        self._lossy[channel, key] = message
        self._lossy_bytes += len(message)
        while self._lossy_bytes > self._limits[1] and len(self._lossy) > 1:
            self.drop(*next(iter(self._lossy)))
        self._filled.set()

    def drop(self, channel: str, key: str) -> None:
        """Forget the lossy message of a key, if one waits."""
        self._lossy_bytes -= len(self._lossy.pop((channel, key), b""))

    def end(self, code: int, reason: str) -> None:
        """Send nothing more, not even what waits. The first reason stays."""
        if self.ended.is_set():
            return
        self.code, self.reason = code, reason
        self._reliable.clear()
        self._lossy.clear()
        self._lossy_bytes = 0
        self._count(-self._reliable_bytes)
        self.ended.set()

    async def take(self) -> bytes:
        """Wait for something to send.

        Returns:
            A frame: one message, or a list of several. Reliable ones come first, in order.
        """
        while not (self._reliable or self._lossy):
            self._filled.clear()
            await self._filled.wait()
        messages: list[bytes] = []
        size = 0
        while size < TOGETHER_BYTES and self._reliable:
            messages.append(self._reliable.popleft())
            self._count(-len(messages[-1]))
            size += len(messages[-1])
        while size < TOGETHER_BYTES and self._lossy:
            messages.append(self._lossy.pop(next(iter(self._lossy))))
            self._lossy_bytes -= len(messages[-1])
            size += len(messages[-1])
        return together(messages)

    def _count(self, more: int) -> None:
        self._reliable_bytes += more
        if self._reliable_bytes > self._limits[0]:
            self._has_room.clear()
        else:
            self._has_room.set()
            self._allowed = self._limits[0]


def together(messages: list[bytes]) -> bytes:
    """One frame that holds encoded messages: the only one itself, or MessagePack's list of them."""
    if len(messages) == 1:
        return messages[0]
    return b"".join((ARRAY_16, len(messages).to_bytes(2, "big"), *messages))
