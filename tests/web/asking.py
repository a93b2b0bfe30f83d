"""Asks an ASGI app in this process, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, TypeVar

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp

HERE = "http://127.0.0.1:8420"
Answer = httpx.Response
T = TypeVar("T")


def ask(app: ASGIApp, path: str = "/api/thing", method: str = "GET", /, **options: Any) -> Answer:
    """One request to an app that needs no start."""
    base = options.pop("base", HERE)

    async def once() -> Answer:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **options)

    return asyncio.run(once())


class Asking:
    """A started app, and a client of it; its loop turns while a request waits.

    Args:
        app: The app.
        base: Address that the client calls it by.
    """

    def __init__(self, app: Starlette, base: str = HERE) -> None:
        self.app = app
        self._base = base
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()

    def __enter__(self) -> Asking:
        self.run(self._stack.enter_async_context(self.app.router.lifespan_context(self.app)))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self._base, timeout=30)
        self.client = self.run(self._stack.enter_async_context(client))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._stack.aclose())
        self._runner.close()

    def run(self, work: Awaitable[T]) -> T:
        """Wait for something on the app's loop."""

        async def waiting() -> T:
            return await work

        return self._runner.run(waiting())

    def get(self, path: str, **options: Any) -> Answer:
        """Ask with GET."""
        return self.run(self.client.get(path, **options))

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        """Ask with POST."""
        return self.run(self.client.post(path, json=json, **options))

    def put(self, path: str, **options: Any) -> Answer:
        """Ask with PUT."""
        return self.run(self.client.put(path, **options))

    def delete(self, path: str, **options: Any) -> Answer:
        """Ask with DELETE."""
        return self.run(self.client.delete(path, **options))
