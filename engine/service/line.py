"""The line to a server: one socket that is made again when it is lost, questions and answers, channels.

What has no answer yet is asked again on the new socket; tokens and keys keep it from being done twice. What
is listened to is gone on with after the last message.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, cast

import msgpack
from pydantic import JsonValue
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from engine.service.protocol import (
    CLOSE_BAD_FRAME,
    CLOSE_NO_HELLO,
    MAX_FRAME,
    SERVER_MESSAGES,
    SUBPROTOCOL,
    Cancel,
    Edit,
    Hello,
    Lossy,
    Ping,
    PlanRequest,
    ProblemRecord,
    Redo,
    Refusal,
    Reliable,
    Reply,
    ServerMessage,
    Snapshot,
    Submit,
    Subscribe,
    Undo,
    Unsubscribe,
    Watch,
    Welcome,
    Wire,
)

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
"""Seconds between two attempts to connect, which double."""
FATAL = {CLOSE_BAD_FRAME, CLOSE_NO_HELLO}
"""Close codes after which another attempt would end as the first did."""

CLOSED = "expected an open client. Use it within: async with Client(...) as client"

Message = Snapshot | Reliable | Lossy
"""What comes of a channel."""
Request = Subscribe | Unsubscribe | Edit | Undo | Redo | Watch | Submit | Cancel | PlanRequest | Ping
"""What is answered."""


class ServerRefused(Exception):
    """The server did not do what was asked; nothing has changed.

    Attributes:
        problems: What is wrong with the graph, if that is the reason.
    """

    def __init__(self, error: str, problems: tuple[ProblemRecord, ...] = ()) -> None:
        super().__init__(error)
        self.problems = problems


class ServerGone(Exception):
    """The server can't be reached, or speaks another language."""


class Listener:
    """What came of a channel and was not yet read: every reliable message, the latest lossy one of a key."""

    def __init__(self) -> None:
        self._reliable: deque[Snapshot | Reliable] = deque()
        self._lossy: dict[str, Lossy] = {}
        self._error: Exception | None = None
        self._filled = asyncio.Event()

    def put(self, message: Message) -> None:
        """Add a message."""
        if isinstance(message, Lossy):
            self._lossy.pop(message.key, None)
            self._lossy[message.key] = message
        else:
            self._reliable.append(message)
        self._filled.set()

    def fail(self, error: Exception) -> None:
        """Raise an error once everything was read."""
        self._error = error
        self._filled.set()

    async def take(self) -> Message:
        """Wait for the next message."""
        while not (self._reliable or self._lossy):
            if self._error is not None:
                raise self._error
            self._filled.clear()
            await self._filled.wait()
        return self._reliable.popleft() if self._reliable else self._lossy.pop(next(iter(self._lossy)))


class Line:
    """A connection that outlives its sockets.

    Args:
        address: Where the server is.
        headers: Sent with each attempt to connect.
        hello: Who calls.
        patience: Seconds for which a server that does not answer is tried again.
    """

    def __init__(self, address: str, headers: Mapping[str, str], hello: Hello, patience: float) -> None:
        self._address, self._headers = address, headers
        self._hello, self._patience = hello, patience
        self._ids = count(1)
        self._epoch = ""
        self._last: dict[str, int] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._watches: dict[str, Watch] = {}
        self._asked: dict[int, tuple[bytes, asyncio.Future[JsonValue]]] = {}
        self._sending = asyncio.Lock()
        self._socket: ClientConnection | None = None
        self._welcomed = asyncio.Event()
        self._talking: asyncio.Task[None] | None = None
        self._gone: Exception | None = ServerGone(CLOSED)

    async def open(self) -> None:
        """Connect.

        Raises:
            ServerGone: The server can't be reached, or lets nobody in.
        """
        self._gone = None
        self._talking = asyncio.create_task(self._talk())
        welcomed = asyncio.create_task(self._welcomed.wait())
        await asyncio.wait((self._talking, welcomed), return_when=asyncio.FIRST_COMPLETED)
        welcomed.cancel()
        if self._talking.done():
            self._talking.result()

    async def close(self) -> None:
        """Hang up; whoever waits is told."""
        if self._talking is not None:
            self._talking.cancel()
            with suppress(asyncio.CancelledError, ServerGone):
                await self._talking

    def next(self) -> int:
        """A number for a request."""
        return next(self._ids)

    async def watch(self, request: Watch) -> None:
        """Ask for previews, of this socket and of those that follow."""
        self._watches[request.run] = request
        await self.ask(request)

    def unwatch(self, run: str) -> None:
        """Ask for the previews of a run no more."""
        self._watches.pop(run, None)

    async def listen(self, channel: str) -> AsyncGenerator[Message]:
        """What is said in a channel: a snapshot, then message by message."""
        listener = Listener()
        self._listeners.setdefault(channel, []).append(listener)
        try:
            await self.ask(Subscribe(id=self.next(), channel=channel))
            while True:
                yield await listener.take()
        finally:
            await self._leave(channel, listener)

    async def ask(self, request: Request) -> JsonValue:
        """Send a request, again after each reconnect, and wait for the answer."""
        if self._gone is not None:
            raise self._gone
        frame = _encoded(request)
        if len(frame) > MAX_FRAME:
            raise ServerRefused(f"expected requests of at most {MAX_FRAME} bytes, got {len(frame)}")
        answer: asyncio.Future[JsonValue] = asyncio.get_running_loop().create_future()
        try:
            async with self._sending:
                self._asked[request.id] = (frame, answer)
                await self._send(frame)
            return await answer
        finally:
            self._asked.pop(request.id, None)

    async def _send(self, frame: bytes) -> None:
        if self._socket is not None:
            with suppress(ConnectionClosed):  # what has no answer yet is sent again
                await self._socket.send(frame)

    async def _leave(self, channel: str, listener: Listener) -> None:
        listeners = self._listeners[channel]
        listeners.remove(listener)
        if not listeners:
            del self._listeners[channel]
            self._last.pop(channel, None)
            async with self._sending:
                await self._send(_encoded(Unsubscribe(id=self.next(), channel=channel)))

    async def _talk(self) -> None:
        """Connect, again and again, and hand out what comes."""
        error: Exception = ServerGone(CLOSED)
        try:
            await self._stay_connected()
        except Exception as gone:
            error = gone if isinstance(gone, ServerGone) else ServerGone(f"{self._address}: {gone}")
            raise error from gone
        finally:
            self._gone = error
            for _, answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(error)
            for listener in (one for listeners in self._listeners.values() for one in listeners):
                listener.fail(error)

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        pause, until = FIRST_PAUSE, loop.time() + self._patience
        while True:
            try:
                async with self._connect() as socket:
                    await self._introduce(socket)
                    async for frame in socket:
                        pause, until = FIRST_PAUSE, loop.time() + self._patience
                        self._take_all(frame)
                    why: Exception = ServerGone(f"{self._address}: the server closed the connection")
            except InvalidStatus as error:
                if error.response.status_code < 500:
                    raise ServerGone(
                        f"{self._address}: the server does not let this client in: {error}"
                    ) from None
                why = error
            except ConnectionClosed as error:
                if error.rcvd is not None and error.rcvd.code in FATAL:
                    raise
                why = error
            except (OSError, WebSocketException) as error:  # a timeout is an OSError, too
                why = error
            finally:
                self._socket = None
            if loop.time() + pause > until:
                raise why
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _connect(self) -> connect:
        scheme, _, rest = self._address.partition("://")
        return connect(
            f"{'wss' if scheme == 'https' else 'ws'}://{rest}/api/live",
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers=self._headers,
            compression=None,
            max_size=None,
        )

    async def _introduce(self, socket: ClientConnection) -> None:
        """Say hello, and ask again for whatever has no answer yet."""
        hello = self._hello.model_copy(update={"epoch": self._epoch, "last": self._last})
        async with self._sending:
            self._socket = socket
            waiting = [frame for frame, _ in self._asked.values()]
            for frame in (_encoded(hello), *waiting, *map(_encoded, self._watches.values())):
                await self._send(frame)

    def _take_all(self, frame: str | bytes) -> None:
        assert isinstance(frame, bytes)
        tree: Any = msgpack.unpackb(frame)
        for message in cast("list[Any]", tree) if isinstance(tree, list) else [tree]:
            self._take(SERVER_MESSAGES.validate_python(message))

    def _take(self, message: ServerMessage) -> None:
        match message:
            case Welcome():
                self._epoch = message.epoch
                self._welcomed.set()
            case Reply() | Refusal():
                self._answer(message)
            case Lossy():
                self._hand_out(message)
            case _:
                if message.channel in self._listeners:
                    self._last[message.channel] = message.seq
                self._hand_out(message)

    def _answer(self, message: Reply | Refusal) -> None:
        if isinstance(message, Refusal) and message.channel:
            for listener in self._listeners.get(message.channel, ()):
                listener.fail(ServerRefused(message.error, message.problems))
        _, answer = self._asked.get(message.id or 0, (None, None))
        if answer is None or answer.done():
            return
        if isinstance(message, Refusal):
            answer.set_exception(ServerRefused(message.error, message.problems))
        else:
            answer.set_result(message.value)

    def _hand_out(self, message: Message) -> None:
        for listener in self._listeners.get(message.channel, ()):
            listener.put(message)


def _encoded(message: Wire) -> bytes:
    return msgpack.packb(message.model_dump())
