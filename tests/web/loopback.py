"""An app behind uvicorn on this machine's loopback, in the loop of the test."""

from __future__ import annotations

import asyncio
import socket
from types import TracebackType

import uvicorn
from starlette.types import ASGIApp

SEND_BUFFER = 2**14
"""Bytes that the system takes for a client that doesn't read; as small as it lets us."""


class _Server(uvicorn.Server):
    """Tells when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class Loopback:
    """Serves an app while the context is open.

    Args:
        app: The app.
        port: Where; any free one when not given.

    Attributes:
        port: Where it is served.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        # Without the protocol asyncio leaves Nagle on, and every answer waits 40 ms for an acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        self._server = _Server(config)

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Loopback:
        self._serving = asyncio.create_task(self._server.serve([self._socket]))
        await self._server.ready.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        await self._serving
        self._socket.close()

    @property
    def buffered(self) -> int:
        """Bytes that uvicorn holds for clients that the system takes no more for."""
        connections = self._server.server_state.connections
        return sum(one.transport.get_write_buffer_size() for one in connections if one.transport)

    def cut(self) -> None:
        """Lose every connection, as a network does."""
        for connection in tuple(self._server.server_state.connections):
            assert connection.transport is not None
            connection.transport.abort()
