"""Who is told what: numbered messages for everyone who listens to a channel, and for those who come back.

A message is encoded once. Its bytes lie in the channel's ring, for clients that reconnect, and in the outbox
of each client that listens. Everything here happens on the event loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from itertools import islice

import msgpack
from pydantic import JsonValue

from engine.errors import KnotworkError
from engine.service.outbox import Outbox
from engine.service.protocol import Wire

RING_COUNT, RING_BYTES = 10_000, 4 * 2**20
"""Messages of a channel that are kept for those who come back."""

CLOSED_BYTES = 16 * 2**20
"""Bytes that the messages of closed channels take together."""

Source = Callable[[str], JsonValue | Awaitable[JsonValue]]
"""Makes the snapshot of a channel, given what follows the prefix in its name.

One that answers at once is asked between two messages, so it is exact. One that is awaited may already hold
what the messages after it say: those must do no harm when they are applied again.
"""


class ChannelError(KnotworkError):
    """A channel can't be listened to."""


def encode(message: Wire) -> bytes:
    """A message's bytes on the wire.

    Raises:
        KnotworkError: It holds a number beyond 64 bits, or is nested too deep.
    """
    return pack(message.model_dump())


def pack(tree: object) -> bytes:
    """MessagePack of plain values; see ``encode``."""
    try:
        return msgpack.packb(tree)
    except (OverflowError, ValueError) as error:
        raise KnotworkError(
            f"expected numbers of up to 64 bits, nested at most 500 deep, got a message that can't be sent: "
            f"{error}. Change the value."
        ) from None


class Ring:
    """The last messages of one channel, and who listens to it.

    Args:
        seq: Number after which it counts.

    Attributes:
        seq: Number of the last message.
        size: Bytes of the messages kept.
        listeners: Outboxes of those who listen, in the order they came.
    """

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.size = 0
        self.listeners: dict[Outbox, None] = {}
        self._kept: deque[bytes] = deque()

    def keep(self, message: bytes) -> None:
        """Add the next message."""
        self.seq += 1
        self._kept.append(message)
        self.size += len(message)
        while len(self._kept) > RING_COUNT or (self.size > RING_BYTES and len(self._kept) > 1):
            self.size -= len(self._kept.popleft())

    def after(self, last: int) -> list[bytes] | None:
        """The messages after one; None when some of them are gone, or it was never sent."""
        missed = self.seq - last
        if not 0 <= missed <= len(self._kept):
            return None
        return list(islice(self._kept, len(self._kept) - missed, None))

    def forget(self) -> None:
        """Keep no message."""
        self._kept.clear()
        self.size = 0


class Channels:
    """Every channel of the server.

    Args:
        epoch: Names this life of the server; numbers of another one mean nothing.

    Attributes:
        epoch: The same.
    """

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self._rings: dict[str, Ring] = {}
        self._closed: dict[str, None] = {}
        self._closed_bytes = 0
        self._heard: dict[Outbox, dict[str, None]] = {}
        self._sources: dict[str, Source] = {}
        self._floor = 0
        """What channels count from: above every forgotten one, so that no number is used for two messages."""

    def source(self, prefix: str, snapshot: Source) -> None:
        """Say who makes the snapshots of ``graph:…``, ``run:…`` (prefix with its colon) or ``queue``."""
        self._sources[prefix] = snapshot

    def publish(self, channel: str, event: Wire, *, over: str = "") -> int:
        """Tell everyone who listens, exactly once and in order.

        Args:
            channel: Name of the channel.
            event: One of the protocol's reliable events.
            over: Key of the lossy message that this one makes obsolete, such as the progress of what is done.

        Returns:
            The message's number in its channel.
        """
        ring = self._open(channel)
        tree = {"type": "event", "channel": channel, "seq": ring.seq + 1, "event": event.model_dump()}
        message = pack(tree)
        ring.keep(message)
        for outbox in ring.listeners:
            if over:
                outbox.drop(channel, over)
            outbox.put(message)
        return ring.seq

    def say(self, channel: str, key: str, event: Wire) -> None:
        """Tell everyone who listens now; while a client is slow, only the latest of a key is sent to it."""
        ring = self._rings.get(channel)
        if ring is None or not ring.listeners:
            return
        message = pack({"type": "lossy", "channel": channel, "key": key, "event": event.model_dump()})
        for outbox in ring.listeners:
            outbox.put_lossy(channel, key, message)

    async def subscribe(self, channel: str, outbox: Outbox, last: int | None = None) -> None:
        """Send a channel's messages to a client: those it missed, or a snapshot, then what comes.

        Args:
            channel: Name of the channel.
            outbox: The client's.
            last: Number of the last message it got, in this epoch; None when it got none.

        Raises:
            KnotworkError: There is no such channel, or what it is about is not there.
        """
        self.unsubscribe(channel, outbox)
        await outbox.room()
        ring = self._rings.get(channel)
        missed = ring.after(last) if ring is not None and last is not None else None
        if missed is None:
            missed = await self._from_snapshot(channel)
        if not outbox.ended.is_set():
            self._rings.setdefault(channel, Ring(self._floor)).listeners[outbox] = None
            self._heard.setdefault(outbox, {})[channel] = None
            outbox.catch_up(missed)

    def unsubscribe(self, channel: str, outbox: Outbox) -> None:
        """Send a client no more of a channel."""
        heard = self._heard.get(outbox, {})
        if channel in heard:
            del heard[channel]
            if not heard:
                del self._heard[outbox]
            del self._rings[channel].listeners[outbox]
            self._tidy(channel)

    def leave(self, outbox: Outbox) -> None:
        """Send a client nothing more at all."""
        for channel in self.heard(outbox):
            self.unsubscribe(channel, outbox)

    def heard(self, outbox: Outbox) -> tuple[str, ...]:
        """The channels that a client listens to."""
        return tuple(self._heard.get(outbox, ()))

    def listeners(self, channel: str) -> tuple[Outbox, ...]:
        """Who listens to a channel."""
        ring = self._rings.get(channel)
        return tuple(ring.listeners) if ring is not None else ()

    def close(self, channel: str) -> None:
        """Say that a channel's last message was published; it stays a while for those who missed it."""
        ring = self._rings.get(channel)
        if ring is None or channel in self._closed:
            return
        self._closed[channel] = None
        self._closed_bytes += ring.size
        while self._closed_bytes > CLOSED_BYTES:
            self._forget(next(iter(self._closed)))

    def _open(self, channel: str) -> Ring:
        ring = self._rings.get(channel)
        if ring is None:
            ring = self._rings[channel] = Ring(self._floor)
        elif channel in self._closed:
            del self._closed[channel]
            self._closed_bytes -= ring.size
        return ring

    def _forget(self, channel: str) -> None:
        del self._closed[channel]
        self._closed_bytes -= self._rings[channel].size
        self._rings[channel].forget()
        self._tidy(channel)

    def _tidy(self, channel: str) -> None:
        """Let go of a channel that nobody listens to and that holds nothing."""
        ring = self._rings[channel]
        if not ring.listeners and not ring.size:
            del self._rings[channel]
            self._closed.pop(channel, None)
            self._floor = max(self._floor, ring.seq)

    async def _from_snapshot(self, channel: str) -> list[bytes]:
        """A snapshot, and what was published while it was made."""
        while True:
            ring = self._rings.get(channel)
            seq = self._floor if ring is None else ring.seq
            value = await self._snapshot(channel)
            snapshot = pack({"type": "snapshot", "channel": channel, "seq": seq, "value": value})
            ring = self._rings.get(channel) or Ring(self._floor)
            if (since := ring.after(seq)) is not None:
                return [snapshot, *since]

    async def _snapshot(self, channel: str) -> JsonValue:
        head, colon, rest = channel.partition(":")
        source = self._sources.get(head + colon)
        if source is None:
            known = ", ".join(f"{prefix}…" if prefix.endswith(":") else prefix for prefix in self._sources)
            raise ChannelError(f'expected one of the channels {known}, got "{channel}"')
        value = source(rest)
        return await value if isawaitable(value) else value
