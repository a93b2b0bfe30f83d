import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from engine.errors import GraphError, Problem
from engine.service.client import Client, PreviewWish
from engine.service.client import run as run_and_wait
from engine.service.line import Message, ServerGone, ServerRefused
from engine.service.protocol import (
    GraphSource,
    NodeDone,
    Preview,
    Progress,
    RunChanged,
    RunRecord,
    RunRequest,
    SessionRecord,
)
from tests.service.test_previews import Picture
from tests.web.loopback import Loopback
from tests.web.talking import Place

RECORD = RunRecord(id="1", batch="1", graph="", state="running", created=0.0)
SESSION = SessionRecord(id="s", name="a", seq=0, saved=0, digest="")
DONE = RECORD.model_copy(update={"state": "done"})


async def _artifact(request: Request) -> Response:
    if request.path_params["digest"] == "none":
        return JSONResponse({"error": 'there is no artifact "none"', "problems": []}, 404)
    if request.path_params["digest"] == "proxied":
        return PlainTextResponse("upstream", 502)
    return Response(b"the file")


async def _open(request: Request) -> Response:
    assert GraphSource.model_validate_json(await request.body()).name == "a"
    return JSONResponse(SESSION.model_dump(), 201)


def app(place: Place) -> Starlette:
    routes = [
        WebSocketRoute("/api/live", place.live.serve),
        Route("/api/artifacts/{digest}", _artifact),
        Route("/api/sessions", _open, methods=["POST"]),
    ]
    return Starlette(routes=routes)


def run(test: Callable[[Place, Loopback, Client], Awaitable[None]], **options: Any) -> None:
    """Run a test with a server and a client of it."""

    async def all() -> None:
        place = Place()
        place.snapshots["1"] = {"run": RECORD.model_dump(), "events": []}
        async with Loopback(app(place)) as server, Client(server.address, **options) as client:
            await test(place, server, client)

    asyncio.run(all())


def finish(place: Place, *names: str) -> None:
    """Tell of instances, and that run 1 is done."""
    place.done("1", *names)
    place.channels.publish("run:1", RunChanged(run=DONE))


def short(message: Message) -> str:
    return getattr(getattr(message, "event", None), "n", message.type)


def test_submitting_gives_the_records_of_the_runs() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        place.answer = lambda: (RECORD,)
        request = RunRequest(graph=GraphSource(name="a"), key="mine")
        assert await client.submit(request) == (RECORD,)
        assert place.asked == [(request,)]

    run(test)


def test_a_request_without_a_key_gets_one() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        place.answer = lambda: ()
        await client.submit(RunRequest(graph=GraphSource(name="a")))
        assert place.asked[0][0].key

    run(test)


def test_what_the_server_refuses_is_raised_with_its_problems() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        def fail() -> None:
            raise GraphError([Problem("unknown-node", "a", "", "a node", '"x"', "Install its pack.")])

        place.answer = fail
        with pytest.raises(ServerRefused, match="Install its pack") as refused:
            await client.edit("s", [{"op": "describe", "fields": {}}])
        assert refused.value.problems[0].code == "unknown-node"

    run(test)


def test_a_request_that_is_too_large_is_refused_and_the_client_goes_on() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        with pytest.raises(ServerRefused, match="at most 1048576 bytes"):
            await client.edit("s", [{"op": "describe", "fields": {"help": "x" * 2**20}}])
        await client.ping()

    run(test)


def test_edits_are_made_undone_and_made_again() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        assert await client.edit("s", [{"op": "describe", "fields": {}}]) == 1
        assert await client.undo("s") == 2
        assert await client.redo("s") == 3
        assert {asked[:2] for asked in place.asked} == {("s", "ann")}
        assert len({asked[2] for asked in place.asked}) == 3

    run(test, client="ann")


def test_watching_a_run_ends_with_it() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        seen: list[str] = []
        async for message in client.watch("1"):
            seen.append(short(message))
            if message.type == "snapshot":
                finish(place, "a", "b")
        assert seen == ["snapshot", "a", "b", "event"]

    run(test)


def test_watching_a_run_that_has_ended_gives_the_snapshot() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        place.snapshots["1"] = {"run": DONE.model_dump(), "events": []}
        assert [short(message) async for message in client.watch("1")] == ["snapshot"]

    run(test)


def test_watching_a_run_that_is_not_there_is_refused() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        with pytest.raises(ServerRefused, match="there is no"):
            [message async for message in client.watch("unknown")]

    run(test)


def test_a_run_is_gone_on_with_after_the_connection_was_lost() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        seen: list[str] = []
        async for message in client.watch("1"):
            seen.append(short(message))
            if message.type == "snapshot":
                place.done("1", "a")
            elif short(message) == "a":
                server.cut()
                finish(place, "b", "c")
        assert seen == ["snapshot", "a", "b", "c", "event"]

    run(test)


def test_a_server_that_started_anew_gives_a_snapshot() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        async with aclosing(client.watch("1")) as messages:
            assert short(await anext(messages)) == "snapshot"
            place.done("1", "a")
            assert short(await anext(messages)) == "a"
            place.channels.epoch = "another epoch"
            server.cut()
            assert short(await anext(messages)) == "snapshot"

    run(test)


def test_a_channel_that_is_gone_after_a_reconnect_is_refused() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        async with aclosing(client.watch("1")) as messages:
            await anext(messages)
            place.channels.epoch = "another epoch"
            place.snapshots["1"] = None
            server.cut()
            with pytest.raises(ServerRefused, match="there is no"):
                await anext(messages)

    run(test)


def test_what_had_no_answer_when_the_connection_was_lost_is_asked_again_with_its_token() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        def lose() -> Any:
            if len(place.asked) == 1:
                server.cut()
            return SimpleNamespace(seq=len(place.asked), notice="")

        place.answer = lose
        assert await client.edit("s", [{"op": "describe", "fields": {}}]) == 2
        assert place.asked[0] == place.asked[1]

    run(test)


def test_a_server_that_is_away_for_a_while_is_found_again() -> None:
    async def all() -> None:
        place = Place()
        first = Loopback(app(place))
        await first.__aenter__()
        async with Client(first.address) as client:
            await first.__aexit__(None, None, None)
            asking = asyncio.create_task(client.ping())
            async with Loopback(app(place), first.port):
                await asking

    asyncio.run(all())


def test_a_server_that_stays_away_is_given_up_and_whoever_waits_is_told() -> None:
    async def all() -> None:
        place = Place()
        place.snapshots["1"] = {"run": RECORD.model_dump(), "events": []}
        server = Loopback(app(place))
        await server.__aenter__()
        async with Client(server.address, patience=0.1) as client, aclosing(client.watch("1")) as messages:
            await anext(messages)
            await server.__aexit__(None, None, None)
            with pytest.raises(ServerGone):
                await anext(messages)
            with pytest.raises(ServerGone, match=server.address):
                await client.ping()

    asyncio.run(all())


def test_a_server_that_is_not_there_is_named() -> None:
    async def all() -> None:
        with pytest.raises(ServerGone, match=r"http://127\.0\.0\.1:1:"):
            async with Client("http://127.0.0.1:1", patience=0):
                pass

    asyncio.run(all())


def test_a_server_that_lets_nobody_in_is_not_asked_again() -> None:
    async def all() -> None:
        async with Loopback(Starlette()) as server:
            with pytest.raises(ServerGone, match="does not let this client in"):
                async with Client(server.address):
                    pass

    asyncio.run(all())


def test_previews_come_along_when_asked_for_and_after_a_reconnect() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        async with aclosing(client.watch("1", PreviewWish(size=16))) as messages:
            await anext(messages)
            for _ in range(2):
                place.done("1", "a")
                await anext(messages)
                place.previews.offer("1", "b", Picture())
                preview: Any = await anext(messages)
                assert isinstance(preview.event, Preview)
                server.cut()

    run(test)


def test_a_listener_that_reads_late_gets_everything_reliable_and_the_latest_lossy() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        async with aclosing(client.listen("run:1")) as messages:
            await anext(messages)
            for i in range(3):
                place.channels.publish("run:1", NodeDone(n=f"done {i}"))
                place.channels.say("run:1", "a", Progress(n=f"lossy {i}", done=i, total=3))
                await client.ping()
            seen = [short(await anext(messages)) for _ in range(4)]
            assert seen == ["done 0", "done 1", "done 2", "lossy 2"]

    run(test)


def test_who_stops_listening_is_unsubscribed() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        async with aclosing(client.listen("run:1")) as messages:
            await anext(messages)
            assert len(place.channels.listeners("run:1")) == 1
        await client.ping()
        assert place.channels.listeners("run:1") == ()

    run(test)


def test_two_listeners_of_one_channel_both_hear_it() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        async with aclosing(client.listen("run:1")) as one, aclosing(client.listen("run:1")) as other:
            await anext(one)
            await anext(other)
            await anext(one)  # the snapshot that the other asked for
            place.done("1", "a")
            assert short(await anext(one)) == short(await anext(other)) == "a"

    run(test)


def test_a_file_is_fetched_by_its_digest() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        assert await client.fetch("abc") == b"the file"
        with pytest.raises(ServerRefused, match='no artifact "none"'):
            await client.fetch("none")
        with pytest.raises(ServerRefused, match="502 Bad Gateway"):
            await client.fetch("proxied")

    run(test)


def test_a_script_without_asyncio_submits_and_waits() -> None:
    async def all() -> None:
        place = Place()
        place.answer = lambda: (RECORD,)
        place.snapshots["1"] = {"run": DONE.model_dump(), "events": []}
        async with Loopback(app(place)) as server:
            request = RunRequest(graph=GraphSource(name="a"))
            assert await asyncio.to_thread(run_and_wait, request, server.address) == (DONE,)

    asyncio.run(all())


def test_a_graph_is_opened_to_edit_it() -> None:
    async def test(place: Place, server: Loopback, client: Client) -> None:
        assert await client.open(GraphSource(name="a")) == SESSION

    run(test)


def test_a_client_that_is_closed_says_so() -> None:
    async def all() -> None:
        with pytest.raises(ServerGone, match="async with Client"):
            await Client().ping()

    asyncio.run(all())
