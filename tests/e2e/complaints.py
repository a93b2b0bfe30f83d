"""What a page complains of while it is used: none of it may happen in any test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebSocket

OWN_SCHEMES = ("data", "blob")
"""Addresses of what the page made itself."""
LEFT = "net::ERR_ABORTED"
"""A request that the page, or whoever closed it, no longer wanted."""

GONE = re.compile(r"refused: GET \S*/values(/picture)?\?\S* 404|status of 404 .*/values(/picture)?\?")
"""What an edit, of this page or another, made invalid after the page had learnt of it and before it asked."""


class Complaints:
    """Collects errors of the console, uncaught exceptions, failed requests, and requests to other machines.

    Args:
        context: The profile whose pages are listened to.
        host: Host and port that may be asked.

    Attributes:
        found: What was complained of, in the order it came.
    """

    def __init__(self, context: BrowserContext, host: str) -> None:
        self._host = host
        self._expected = [GONE]
        self.found: list[str] = []
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self._note(f"exception: {error.error}"))
        context.on("page", self._opened)

    @contextmanager
    def expecting(self, *patterns: str) -> Iterator[None]:
        """Take what the patterns match for granted while the context is open."""
        added = [re.compile(pattern) for pattern in patterns]
        self._expected += added
        try:
            yield
        finally:
            self._expected = [one for one in self._expected if one not in added]

    def _note(self, text: str) -> None:
        if not any(pattern.search(text) for pattern in self._expected):
            self.found.append(text)

    def _opened(self, page: Page) -> None:
        page.on("websocket", self._connected)

    def _connected(self, socket: WebSocket) -> None:
        self._check(socket.url)

    def _asked(self, request: Request) -> None:
        self._check(request.url)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in OWN_SCHEMES and parts.netloc != self._host:
            self._note(f"asked another machine: {url}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._note(f"request failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"refused: {response.request.method} {response.url} {response.status}")

    def _said(self, message: ConsoleMessage) -> None:
        # Warnings too: React's and the browser's tell of defects
        if message.type in ("error", "warning"):
            self._note(f"console {message.type}: {message.text} ({message.location['url']})")
