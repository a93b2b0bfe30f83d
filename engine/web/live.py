"""The WebSocket: greets each client, then carries its messages in and its outbox out until either ends.

One task reads, one sends; neither waits for another client. A client that stops reading fills its outbox;
then its subscriptions go at once, and the socket is closed with the reason as soon as it reads again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.service import outbox as bounds
from engine.service.channels import encode
from engine.service.frames import FrameRefused, read
from engine.service.outbox import LEFT, Outbox
from engine.service.presence import Company
from engine.service.protocol import (
    CLOSE_BAD_FRAME,
    CLOSE_NO_HELLO,
    CLOSE_SHUTDOWN,
    CLOSE_TOO_MANY,
    SUBPROTOCOL,
    Hello,
    Welcome,
)
from engine.web.conversation import Conversation
from engine.web.limits import Allowance

if TYPE_CHECKING:
    from engine.service.service import Service


LAST_WORDS = 1.0
"""Seconds for which a server that stops lets clients read why."""


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """How much one client may take up.

    Attributes:
        clients: Sockets at once.
        hello: Seconds within which a client introduces itself.
        rate: Operations a second in the long run.
        burst: Operations at once.
        reliable: Bytes of reliable messages that may wait for a client.
        lossy: Bytes of lossy messages that may wait for a client.
        grace: Seconds for which a client that was given up may still read why.
    """

    clients: int = 1000
    hello: float = 10.0
    rate: float = 500.0
    burst: int = 5000
    reliable: int = bounds.RELIABLE_BYTES
    lossy: int = bounds.LOSSY_BYTES
    grace: float = 30.0


class Live:
    """Every socket of the server.

    Args:
        service: What clients ask.
        limits: How much each may take up.
    """

    def __init__(self, service: Service, limits: LiveLimits | None = None) -> None:
        self._service = service
        self._limits = limits or LiveLimits()
        self._company = Company(service.channels)
        self._outboxes: set[Outbox] = set()
        self._grace = self._limits.grace
        self._last_words: set[asyncio.Timeout] = set()

    async def serve(self, socket: WebSocket) -> None:
        """Carry one socket until it closes; the endpoint of the route."""
        offered = SUBPROTOCOL in socket.scope.get("subprotocols", ())
        await socket.accept(SUBPROTOCOL if offered else None)
        outbox = Outbox(self._limits.reliable, self._limits.lossy)
        if not offered:
            outbox.end(CLOSE_BAD_FRAME, f"expected the subprotocol {SUBPROTOCOL}")
        elif len(self._outboxes) >= self._limits.clients:
            outbox.end(CLOSE_TOO_MANY, f"expected at most {self._limits.clients} clients. Try again later.")
        else:
            self._outboxes.add(outbox)
            try:
                await self._greet(socket, outbox)
            finally:
                self._outboxes.discard(outbox)
        if outbox.code != LEFT:
            await self._say_why(socket, outbox)

    @property
    def waiting(self) -> int:
        """Bytes that wait to be sent, of all clients."""
        return sum(outbox.size for outbox in self._outboxes)

    def close(self) -> None:
        """Close every socket: the server stops, and waits no longer for those who don't read."""
        self._grace = min(self._grace, LAST_WORDS)
        until = asyncio.get_running_loop().time() + self._grace
        for timeout in self._last_words:
            timeout.reschedule(until)
        for outbox in self._outboxes:
            outbox.end(CLOSE_SHUTDOWN, "the server stops; connect again when it is back")

    async def _greet(self, socket: WebSocket, outbox: Outbox) -> None:
        hello = await self._hello(socket, outbox)
        if hello is None:
            return
        epoch = self._service.channels.epoch
        outbox.put(encode(Welcome(client=hello.client, epoch=epoch)))
        allow = Allowance(self._limits.rate, self._limits.burst)
        talk = Conversation(self._service, self._company, hello, outbox, allow)
        last = {channel: seq if hello.epoch == epoch else None for channel, seq in hello.last.items()}
        try:
            await _carry(socket, outbox, talk, last)
        finally:
            await talk.leave()

    async def _hello(self, socket: WebSocket, outbox: Outbox) -> Hello | None:
        """Wait until the client introduces itself; None when it doesn't."""
        try:
            async with asyncio.timeout(self._limits.hello):
                frame = await _receive(socket)
            message = None if frame is None else read(frame)
        except TimeoutError:
            outbox.end(CLOSE_NO_HELLO, f"expected hello within {self._limits.hello:g} s")
            return None
        except FrameRefused as error:
            outbox.end(CLOSE_BAD_FRAME, f"expected hello; {error}")
            return None
        if message is not None and not isinstance(message, Hello):
            outbox.end(CLOSE_NO_HELLO, f"expected hello first, got {message.type}")
        return message if isinstance(message, Hello) else None

    async def _say_why(self, socket: WebSocket, outbox: Outbox) -> None:
        with suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(self._grace) as timeout:
                self._last_words.add(timeout)
                try:
                    await socket.close(outbox.code, _short(outbox.reason))
                finally:
                    self._last_words.discard(timeout)


async def _carry(socket: WebSocket, outbox: Outbox, talk: Conversation, last: dict[str, int | None]) -> None:
    """Read and send at the same time until the client leaves or the outbox ends."""
    handling = asyncio.Lock()

    async def listen() -> None:
        async with handling:
            await talk.resume(last)
        while (frame := await _receive(socket)) is not None:
            async with handling:
                await talk.hear(frame)

    async def send() -> None:
        while True:
            await socket.send_bytes(await outbox.take())

    listening, sending = asyncio.create_task(listen()), asyncio.create_task(send())
    ended = asyncio.create_task(outbox.ended.wait())
    tasks = (listening, sending, ended)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        outbox.end(LEFT, "the client left")  # nothing waits any more for it to read
        sending.cancel()
        async with handling:  # what is being done is done to its end
            for task in tasks:
                task.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
    for error in found:
        if isinstance(error, Exception) and not isinstance(error, WebSocketDisconnect):
            raise error


async def _receive(socket: WebSocket) -> bytes | str | None:
    """The next frame; None when the client is gone."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    data = message.get("bytes")
    return message.get("text", "") if data is None else data


REASON_BYTES = 123
"""What a close frame has room for."""


def _short(reason: str) -> str:
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")
