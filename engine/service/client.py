"""The server from Python: submit graphs, watch them run, fetch what they gave, edit open graphs.

    async with Client("http://127.0.0.1:8420") as client:
        (run,) = await client.submit(RunRequest(graph=GraphSource(name="text_to_image")))
        async for message in client.watch(run.id):
            print(message)

When the connection is lost it is made again, and everything goes on from where it was: what was asked is
asked again without being done twice, and what is listened to is gone on with after the last message.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass
from itertools import count
from types import TracebackType
from typing import Any, TypeVar, cast
from urllib.parse import quote
from uuid import uuid4

import httpx
import msgpack
from pydantic import JsonValue, ValidationError
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
    ExplanationRecord,
    Failure,
    GraphSource,
    Hello,
    Lossy,
    Ping,
    PlanRequest,
    ProblemRecord,
    Redo,
    Refusal,
    Reliable,
    Reply,
    RunChanged,
    RunRecord,
    RunRequest,
    ServerMessage,
    SessionRecord,
    Snapshot,
    Submit,
    Subscribe,
    Undo,
    Unsubscribe,
    Watch,
    Welcome,
    Wire,
)

ADDRESS = "http://127.0.0.1:8420"
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
"""Seconds between two attempts to connect, which double."""
FATAL = {CLOSE_BAD_FRAME, CLOSE_NO_HELLO}
"""Close codes after which another attempt would end as the first did."""

ENDS = {"done", "failed", "cancelled"}

Message = Snapshot | Reliable | Lossy
Request = Subscribe | Unsubscribe | Edit | Undo | Redo | Watch | Submit | Cancel | PlanRequest | Ping
T = TypeVar("T", bound=Wire)


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


@dataclass(frozen=True, slots=True)
class PreviewWish:
    """Which pictures of a run to send.

    Attributes:
        nodes: Instances; None = all.
        size: Pixels of the longer side.
        rate: Pictures a second and instance at most.
    """

    nodes: tuple[str, ...] | None = None
    size: int = 256
    rate: float = 4.0


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


class Client:
    """One person, script or agent at a server.

    Args:
        address: Where the server is.
        token: Its token, if it has one.
        client: Id under which edits are undone, the same over reconnects; drawn when not given.
        name: Shown to others.
        patience: Seconds for which a lost connection is tried again.
    """

    def __init__(
        self,
        address: str = ADDRESS,
        token: str = "",
        *,
        client: str = "",
        name: str = "",
        patience: float = 60.0,
    ) -> None:
        self.client = client or uuid4().hex
        self._address = address.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"} if token else {}
        self._name, self._patience = name, patience
        self.http = httpx.AsyncClient(base_url=self._address, headers=self._headers)
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

    async def __aenter__(self) -> Client:
        self._talking = asyncio.create_task(self._talk())
        welcomed = asyncio.create_task(self._welcomed.wait())
        await asyncio.wait((self._talking, welcomed), return_when=asyncio.FIRST_COMPLETED)
        welcomed.cancel()
        if self._talking.done():
            await self.http.aclose()
            self._talking.result()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._talking is not None:
            self._talking.cancel()
            with suppress(asyncio.CancelledError, ServerGone):
                await self._talking
        await self.http.aclose()

    async def submit(self, request: RunRequest) -> tuple[RunRecord, ...]:
        """Queue runs.

        Args:
            request: What to run. Without a key it gets one, so that a lost connection queues nothing twice.

        Raises:
            ServerRefused: The graph or a value is wrong.
            ServerGone: The server can't be reached any more; so for all that follow.
        """
        keyed = request if request.key else request.model_copy(update={"key": uuid4().hex})
        return _records(RunRecord, await self._ask(Submit(id=next(self._ids), request=keyed)))

    async def cancel(self, run: str) -> None:
        """Cancel a run, or all of a batch."""
        await self._ask(Cancel(id=next(self._ids), run=run))

    async def edit(self, session: str, operations: Sequence[dict[str, JsonValue]]) -> int:
        """Apply operations to an open graph, all or none.

        Returns:
            The edit's number in the session.
        """
        return await self._change(Edit, session, operations=tuple(operations))

    async def undo(self, session: str) -> int:
        """Take back the last edit of this client. See ``edit``."""
        return await self._change(Undo, session)

    async def redo(self, session: str) -> int:
        """Make again what this client took back last. See ``edit``."""
        return await self._change(Redo, session)

    async def plan(self, session: str, outputs: Sequence[str] = ()) -> tuple[ExplanationRecord, ...]:
        """What a run of an open graph would do."""
        request = PlanRequest(id=next(self._ids), session=session, outputs=tuple(outputs))
        return _records(ExplanationRecord, await self._ask(request))

    async def ping(self) -> None:
        """Wait for an answer."""
        await self._ask(Ping(id=next(self._ids)))

    async def open(self, source: GraphSource) -> SessionRecord:
        """Open a graph to edit it."""
        answer = await self._request("POST", "api/sessions", source)
        return SessionRecord.model_validate_json(answer.content)

    async def fetch(self, digest: str) -> bytes:
        """The file of an artifact."""
        return (await self._request("GET", f"api/artifacts/{quote(digest, safe='')}")).content

    async def _request(self, method: str, path: str, body: Wire | None = None) -> httpx.Response:
        try:
            answer = await self.http.request(method, path, json=None if body is None else body.model_dump())
        except httpx.TransportError as error:
            raise ServerGone(f"{self._address}: {error}") from error
        if answer.is_error:
            raise _refusal(answer)
        return answer

    async def listen(self, channel: str) -> AsyncGenerator[Message]:
        """What is said in a channel from now on: a snapshot, then message by message, without a gap.

        A snapshot comes again when the connection was lost for so long that the server no longer has what was
        missed. Of lossy messages only the latest of a key waits to be read.
        """
        listener = Listener()
        self._listeners.setdefault(channel, []).append(listener)
        try:
            await self._ask(Subscribe(id=next(self._ids), channel=channel))
            while True:
                yield await listener.take()
        finally:
            await self._leave(channel, listener)

    async def watch(self, run: str, previews: PreviewWish | None = None) -> AsyncGenerator[Message]:
        """What becomes of a run, until it has ended. See ``listen``.

        Args:
            run: The run's id.
            previews: Which pictures to send along; none when not given.
        """
        try:
            async with aclosing(self.listen(f"run:{run}")) as messages:
                async for message in messages:
                    if previews is not None and run not in self._watches:
                        self._watches[run] = Watch(id=next(self._ids), run=run, **asdict(previews))
                        await self._ask(self._watches[run])
                    yield message
                    if has_ended(message):
                        return
        finally:
            self._watches.pop(run, None)

    async def _change(self, kind: type[Edit | Undo | Redo], session: str, **more: Any) -> int:
        """Change a session under a token of its own, so that a lost connection changes nothing twice."""
        request = kind(id=next(self._ids), session=session, token=uuid4().hex, **more)
        answer = await self._ask(request)
        assert isinstance(answer, dict)
        assert isinstance(answer["seq"], int)
        return answer["seq"]

    async def _ask(self, request: Request) -> JsonValue:
        """Send a request, again after each reconnect, and wait for the answer."""
        if self._talking is None or self._talking.done():
            raise ServerGone("expected an open client. Use it within: async with Client(...) as client")
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
            await self._send(_encoded(Unsubscribe(id=next(self._ids), channel=channel)))

    async def _talk(self) -> None:
        """Connect, again and again, and hand out what comes."""
        error: Exception = ServerGone("the client was closed")
        try:
            await self._stay_connected()
        except Exception as gone:
            error = gone if isinstance(gone, ServerGone) else ServerGone(f"{self._address}: {gone}")
            raise error from gone
        finally:
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
        hello = Hello(client=self.client, name=self._name, epoch=self._epoch, last=self._last)
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


def _refusal(answer: httpx.Response) -> ServerRefused:
    try:
        failure = Failure.model_validate_json(answer.content)
    except ValidationError:  # of a proxy, or of another program
        return ServerRefused(f"{answer.status_code} {answer.reason_phrase}")
    return ServerRefused(failure.error, failure.problems)


def _encoded(message: Wire) -> bytes:
    return msgpack.packb(message.model_dump())


def has_ended(message: Message) -> bool:
    """Whether a message of a run's channel says that the run has ended."""
    if isinstance(message, Snapshot):
        return cast("dict[str, Any]", message.value)["run"]["state"] in ENDS
    return (
        isinstance(message, Reliable)
        and isinstance(message.event, RunChanged)
        and message.event.run.state in ENDS
    )


def _records(kind: type[T], answer: JsonValue) -> tuple[T, ...]:
    assert isinstance(answer, list)
    return tuple(kind.model_validate(record) for record in answer)
