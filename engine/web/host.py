"""An app on a socket: over uvicorn, with or without TLS, until a signal or somebody else ends it."""

from __future__ import annotations

import logging
import signal
import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import uvicorn
from fastapi import FastAPI
from uvicorn.server import HANDLED_SIGNALS

from engine.errors import KnotworkError
from engine.service.protocol import MAX_FRAME
from engine.service.service import Service
from engine.web.live import Live

GRACE = 5
"""Seconds that answers under way have when the server stops."""
BACKLOG = 2048
UNTRUE = "ASGI callable returned without completing handshake."
"""What uvicorn logs as an error when a socket is refused with an answer, as it should be."""


class CantServe(KnotworkError):
    """The address can't be listened on, or the certificate can't be used."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What TLS takes.

    Attributes:
        file: The certificate, and those that vouch for it, as PEM.
        key: Its private key; None when it is in the same file.
        password: Of the key.
    """

    file: Path
    key: Path | None = None
    password: str | None = None


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Args:
        host: Address or name of this machine.
        port: The port; 0 for any free one.

    Raises:
        CantServe: It is taken, or no address of this machine.
    """
    bare = host.strip("[]")
    try:
        family = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((bare, port), family=family, backlog=BACKLOG)
        # asyncio does this for the sockets that it makes itself; without it small answers wait 40 ms each
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except (OSError, OverflowError) as error:
        got = getattr(error, "strerror", None) or str(error)
        cure = "Name another one with --port or --host."
        raise CantServe(f"{host}:{port}: expected an address that is free, got: {got}. {cure}") from None


class Host(uvicorn.Server):
    """Serves an app.

    Args:
        app: The app, whose life begins and ends around this.
        certificate: For TLS.

    Raises:
        CantServe: The certificate can't be used.
    """

    def __init__(self, app: FastAPI, certificate: Certificate | None = None) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,  # addresses may hold the token
            server_header=False,
            ws="websockets-sansio",
            ws_max_size=MAX_FRAME,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GRACE,
            ssl_certfile=certificate and certificate.file,
            ssl_keyfile=certificate and certificate.key,
            ssl_keyfile_password=certificate and certificate.password,
        )
        super().__init__(config)
        logging.getLogger("uvicorn.error").addFilter(_is_true)
        logging.getLogger("python_multipart").setLevel(logging.ERROR)  # its warnings are answered
        self._app = app
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:  # only a certificate is read there
            cure = "Check --ssl-certfile and --ssl-keyfile."
            raise CantServe(
                f"expected a certificate and its key as PEM files, got: {error}. {cure}"
            ) from None

    async def run_on(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        """Begin the app's life, serve until a signal or ``stop``, end its life.

        Args:
            listening: Where callers come in.
            ready: Called once they are answered.

        Raises:
            KnotworkError: The app can't begin.
        """
        async with self._app.router.lifespan_context(self._app):
            ready()
            await self.serve([listening])

    def stop(self) -> None:
        """Stop as a signal would."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Let the first signal end it; unlike uvicorn, don't raise it again while the app's life ends."""
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell every client why, answer who waits for a run, then close."""
        cast(Live, self._app.state.live).close()
        cast(Service, self._app.state.service).queue.dismiss()
        await super().shutdown(sockets)


def _is_true(record: logging.LogRecord) -> bool:
    return record.msg != UNTRUE
