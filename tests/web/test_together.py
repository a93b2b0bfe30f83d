"""The whole server over real sockets: people edit one graph, runs are watched, connections break."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI

from engine.declare.context import Context
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.service.client import Client, PreviewWish
from engine.service.line import Message, ServerRefused
from engine.service.protocol import Edited, GraphSource, Lossy, NodeDone, Preview, Reliable, RunRequest
from tests.run.conftest import gates
from tests.service.test_previews import Picture
from tests.web.conftest import GATE, PRODUCT
from tests.web.loopback import Loopback

SUM_TO_5 = {"op": "set_param", "name": "sum", "port": "b", "value": 5}


@pytest.fixture(autouse=True)
def shut() -> Iterator[None]:
    """Leave no gates behind."""
    yield
    gates.clear()


@node("together.show")
def show(ctx: Context) -> int:
    """Show a picture when somebody looks, and end when they have seen it."""
    assert gates["gate"].wait(10)
    ctx.preview(Picture(shade=100))
    assert gates["go"].wait(10)
    return 1


def run(app: FastAPI, test: Callable[[Loopback, Client], Awaitable[None]]) -> None:
    """Start the app, and run a test with a client of it."""

    async def all() -> None:
        async with (
            app.router.lifespan_context(app),
            Loopback(app) as server,
            Client(server.address, client="ann", name="Ann") as client,
        ):
            await test(server, client)

    asyncio.run(all())


async def opened(client: Client) -> str:
    return (await client.open(GraphSource(document=PRODUCT))).id


def edit_of(message: Message) -> Edited:
    assert isinstance(message, Reliable)
    assert isinstance(message.event, Edited)
    return message.event


def test_an_edit_is_acknowledged_and_told_to_everyone_in_the_session(app: FastAPI) -> None:
    async def test(server: Loopback, ann: Client) -> None:
        session = await opened(ann)
        async with (
            Client(server.address, client="bob") as bob,
            aclosing(bob.listen(f"graph:{session}")) as heard,
        ):
            snapshot: Any = await anext(heard)
            assert snapshot.value["document"]["nodes"]["sum"]["params"] == {"b": 1}
            assert await ann.edit(session, [SUM_TO_5]) == 1
            edit = edit_of(await anext(heard))
            assert (edit.client, edit.number) == ("ann", 1)
            writes: Any = edit.patch[0]["writes"]
            assert (writes[0]["old"], writes[0]["new"]) == ([1], [5])

    run(app, test)


def test_each_takes_back_their_own_edits(app: FastAPI) -> None:
    async def test(server: Loopback, ann: Client) -> None:
        session = await opened(ann)
        async with Client(server.address, client="bob") as bob:
            await ann.edit(session, [SUM_TO_5])
            with pytest.raises(ServerRefused):
                await bob.undo(session)
            assert await ann.undo(session) == 2
            assert await ann.redo(session) == 3

    run(app, test)


def test_an_operation_that_cannot_be_made_is_refused_by_name_and_nothing_is_made(app: FastAPI) -> None:
    async def test(server: Loopback, client: Client) -> None:
        session = await opened(client)
        with pytest.raises(ServerRefused, match='operation 2 of 2: expected an instance "none"'):
            await client.edit(session, [SUM_TO_5, {"op": "unset_param", "name": "none", "port": "b"}])
        assert (await client.open(GraphSource(session=session))).seq == 0

    run(app, test)


def test_a_listener_misses_no_edit_while_the_connection_is_lost(app: FastAPI) -> None:
    async def test(server: Loopback, ann: Client) -> None:
        session = await opened(ann)
        async with (
            Client(server.address, client="bob") as bob,
            aclosing(bob.listen(f"graph:{session}")) as heard,
        ):
            await anext(heard)
            for value in range(10):
                if value % 3 == 1:
                    server.cut()
                await ann.edit(session, [SUM_TO_5 | {"value": value + 10}])
            numbers = [edit_of(await anext(heard)).number for _ in range(10)]
            assert numbers == list(range(1, 11))

    run(app, test)


def test_a_run_of_an_open_graph_is_watched_to_its_end(app: FastAPI) -> None:
    async def test(server: Loopback, client: Client) -> None:
        session = await opened(client)
        request = RunRequest(graph=GraphSource(session=session), values={"a": 4, "factor": 3})
        (queued,) = await client.submit(request)
        ended = await client.ended(queued.id)
        assert (ended.state, ended.session) == ("done", session)
        assert [artifact.value for artifact in ended.artifacts] == [15]

    run(app, test)


def test_who_watches_hears_of_each_instance(app: FastAPI) -> None:
    async def test(server: Loopback, client: Client) -> None:
        gates.update(gate=Event(), go=Event())
        (queued,) = await client.submit(RunRequest(graph=GraphSource(document=GATE)))
        done: list[str] = []
        async with aclosing(client.watch(queued.id)) as messages:
            assert (await anext(messages)).type == "snapshot"
            gates["go"].set()
            async for message in messages:
                if isinstance(message, Reliable) and isinstance(message.event, NodeDone):
                    done.append(message.event.n)
        assert done == ["gate"]

    run(app, test)


def test_who_looks_is_shown_previews(app: FastAPI, registry: Registry) -> None:
    registry.add([show])

    async def test(server: Loopback, client: Client) -> None:
        gates.update(gate=Event(), go=Event())
        document = {"knotwork": 1, "nodes": {"a": {"type": "together.show"}}}
        (queued,) = await client.submit(RunRequest(graph=GraphSource(document=document)))
        async with aclosing(client.watch(queued.id, PreviewWish(size=16))) as messages:
            await anext(messages)
            gates["gate"].set()
            seen: list[str] = []
            async for message in messages:
                if isinstance(message, Lossy) and isinstance(message.event, Preview):
                    seen.append(message.event.n)
                    gates["go"].set()
        assert seen == ["a"]

    run(app, test)


def test_a_run_is_cancelled(app: FastAPI) -> None:
    async def test(server: Loopback, client: Client) -> None:
        gates.update(gate=Event(), go=Event())
        (queued,) = await client.submit(RunRequest(graph=GraphSource(document=GATE)))
        assert await asyncio.to_thread(gates["gate"].wait, 10)
        await client.cancel(queued.id)
        gates["go"].set()
        assert (await client.ended(queued.id)).state == "cancelled"

    run(app, test)


def test_a_graph_that_is_wrong_is_refused_with_its_problems(app: FastAPI) -> None:
    async def test(server: Loopback, client: Client) -> None:
        document = {"knotwork": 1, "nodes": {"a": {"type": "no.such"}}}
        with pytest.raises(ServerRefused) as refused:
            await client.submit(RunRequest(graph=GraphSource(document=document)))
        assert [problem.instance for problem in refused.value.problems] == ["a"]

    run(app, test)
