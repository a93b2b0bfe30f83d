"""Sockets without a network: a client's end of the endpoint, and a service that notes what it is asked."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import msgpack
from pydantic import JsonValue
from starlette.types import Message
from starlette.websockets import WebSocket

from engine.errors import KnotworkError
from engine.service.channels import Channels
from engine.service.previews import Previews
from engine.service.protocol import SERVER_MESSAGES, SUBPROTOCOL, NodeDone
from engine.web.live import Live, LiveLimits

Tree = dict[str, Any]


class Closed(Exception):
    """The server closed the socket.

    Attributes:
        code: Why.
        reason: Why, in words.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Socket:
    """One client.

    Args:
        live: The server's sockets.
        subprotocols: What the client offers to speak.

    Attributes:
        reads: Cleared while the client doesn't read; the server's ``send`` waits then.
        serving: The endpoint at work.
        last: Channel → number of the last message that was heard.
    """

    def __init__(self, live: Live, subprotocols: tuple[str, ...] = (SUBPROTOCOL,)) -> None:
        self.reads = asyncio.Event()
        self.reads.set()
        self.last: dict[str, int] = {}
        self._to_server: asyncio.Queue[Message] = asyncio.Queue()
        self._to_client: asyncio.Queue[Message] = asyncio.Queue()
        self._heard: deque[Tree] = deque()
        self._to_server.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": "/api/live", "headers": [], "subprotocols": list(subprotocols)}
        self.serving = asyncio.ensure_future(live.serve(WebSocket(scope, self._to_server.get, self._send)))

    async def _send(self, message: Message) -> None:
        await self.reads.wait()
        self._to_client.put_nowait(message)

    def say(self, type: str, **fields: Any) -> None:
        """Send a message."""
        self.send(msgpack.packb({"type": type, **fields}))

    def send(self, frame: bytes | str) -> None:
        """Send a frame."""
        kind = "text" if isinstance(frame, str) else "bytes"
        self._to_server.put_nowait({"type": "websocket.receive", kind: frame})

    async def hear(self) -> Tree:
        """The next message.

        Raises:
            Closed: There is none.
        """
        while not self._heard:
            message = await asyncio.wait_for(self._to_client.get(), 10)
            if message["type"] == "websocket.close":
                raise Closed(message["code"], message["reason"])
            if message["type"] == "websocket.send":
                tree = msgpack.unpackb(message["bytes"])
                self._heard.extend(tree if isinstance(tree, list) else [tree])
        message = self._heard.popleft()
        SERVER_MESSAGES.validate_python(message)
        if "seq" in message:
            self.last[message["channel"]] = message["seq"]
        return message

    async def hear_all(self, count: int) -> list[Tree]:
        """So many messages."""
        return [await self.hear() for _ in range(count)]

    async def ask(self, type: str, **fields: Any) -> Tree:
        """Send a request, and wait for its answer; what comes before is let go."""
        self.say(type, id=7, **fields)
        while (message := await self.hear())["type"] not in ("reply", "refusal"):
            pass
        assert message["id"] == 7
        return message

    async def closed(self) -> Closed:
        """Wait until the server closes."""
        try:
            while True:
                await self.hear()
        except Closed as why:
            return why

    async def leave(self) -> None:
        """Close the socket, and wait until the server has noticed."""
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self.serving


class Place:
    """A server of sockets, whose service notes what it is asked.

    Args:
        limits: Of each socket.

    Attributes:
        asked: What the service was asked, in order.
        answer: Makes the service's answers; may raise.
        snapshots: Run or session → its snapshot, where it isn't a made-up one; None when there is none.
    """

    def __init__(self, limits: LiveLimits | None = None) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.answer: Callable[[], Any] = lambda: SimpleNamespace(seq=len(self.asked), notice="")
        self.snapshots: dict[str, JsonValue] = {"unknown": None}
        self.channels = Channels("this epoch")
        self.channels.source("run:", self._snapshot)
        self.channels.source("graph:", self._snapshot)
        self.previews = Previews()
        noting = dict.fromkeys(("edit", "undo", "redo", "cancel", "explain"), self._note)
        self.service: Any = SimpleNamespace(
            channels=self.channels,
            previews=self.previews,
            sessions=SimpleNamespace(**noting, people=SimpleNamespace(met=self._meet)),
            queue=SimpleNamespace(**noting),
            planner=SimpleNamespace(**noting),
            submit=self._note,
        )
        self.live = Live(self.service, limits)

    async def join(self, client: str = "ann", **fields: Any) -> Socket:
        """A client that was welcomed."""
        socket = Socket(self.live)
        socket.say("hello", client=client, **fields)
        assert (await socket.hear())["type"] == "welcome"
        return socket

    def done(self, run: str, *names: str) -> None:
        """Tell that instances are done."""
        for name in names:
            self.channels.publish(f"run:{run}", NodeDone(n=name))

    def _snapshot(self, name: str) -> JsonValue:
        found = self.snapshots.get(name, f"all of {name}")
        if found is None:
            raise KnotworkError(f'there is no "{name}"')
        return found

    async def _meet(self, client: str, name: str) -> None:
        """Take somebody's name; nothing asks for it."""

    async def _note(self, *asked: Any) -> Any:
        self.asked.append(asked)
        return self.answer()


def live_through(
    test: Callable[[Place], Coroutine[Any, Any, None]], limits: LiveLimits | None = None
) -> None:
    """Run a test on a loop of its own; everything that it began must come to an end."""

    async def all() -> None:
        await test(Place(limits))

    asyncio.run(all())
