import asyncio

import pytest

from engine.service.protocol import (
    CLOSE_BAD_FRAME,
    CLOSE_NO_HELLO,
    CLOSE_SHUTDOWN,
    CLOSE_TOO_MANY,
    CLOSE_TOO_SLOW,
    MAX_FRAME,
    NodeDone,
)
from engine.web import live
from engine.web.live import LiveLimits
from tests.web.talking import Place, Socket, live_through

QUICK = LiveLimits(hello=0.01, grace=0.01)


def test_a_client_is_welcomed() -> None:
    async def test(place: Place) -> None:
        socket = Socket(place.live)
        socket.say("hello", client="ann", name="Ann")
        assert await socket.hear() == {
            "type": "welcome",
            "client": "ann",
            "epoch": "this epoch",
            "version": 1,
            "frame": MAX_FRAME,
        }
        await socket.leave()

    live_through(test)


def test_another_subprotocol_is_closed_with_the_reason() -> None:
    async def test(place: Place) -> None:
        why = await Socket(place.live, ("chat",)).closed()
        assert (why.code, why.reason) == (CLOSE_BAD_FRAME, "expected the subprotocol knotwork.v1.msgpack")

    live_through(test)


def test_who_does_not_say_hello_in_time_is_closed_with_the_reason() -> None:
    async def test(place: Place) -> None:
        why = await Socket(place.live).closed()
        assert (why.code, why.reason) == (CLOSE_NO_HELLO, "expected hello within 0.01 s")

    live_through(test, QUICK)


def test_who_says_something_else_than_hello_first_is_closed_with_the_reason() -> None:
    async def test(place: Place) -> None:
        socket = Socket(place.live)
        socket.say("ping", id=1)
        why = await socket.closed()
        assert (why.code, why.reason) == (CLOSE_NO_HELLO, "expected hello first, got ping")

    live_through(test)


def test_who_begins_with_nonsense_is_closed_with_the_reason() -> None:
    async def test(place: Place) -> None:
        socket = Socket(place.live)
        socket.send(b"\xc1" * 1000)
        why = await socket.closed()
        assert why.code == CLOSE_BAD_FRAME
        assert why.reason.startswith("expected hello; expected a message in MessagePack, got 1000 bytes")

    live_through(test)


def test_who_leaves_before_hello_is_forgotten() -> None:
    async def test(place: Place) -> None:
        await Socket(place.live).leave()

    live_through(test)


def test_one_client_too_many_is_closed_with_the_reason() -> None:
    async def test(place: Place) -> None:
        first = await place.join()
        assert (await Socket(place.live).closed()).code == CLOSE_TOO_MANY
        await first.leave()
        await (await place.join()).leave()

    live_through(test, LiveLimits(clients=1))


def test_a_server_that_stops_says_so() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        place.live.close()
        why = await socket.closed()
        assert why.code == CLOSE_SHUTDOWN
        assert "connect again" in why.reason

    live_through(test)


def test_a_client_that_stops_reading_slows_nobody_and_goes_on_without_a_gap() -> None:
    async def test(place: Place) -> None:
        slow, quick = await place.join("slow"), await place.join("quick")
        for socket in (slow, quick):
            await socket.ask("subscribe", channel="run:1")
        slow.reads.clear()
        seen: list[int] = []
        for i in range(500):
            place.done("1", f"node{i}")
            seen.append((await quick.hear())["seq"])
        assert seen == list(range(1, 501))
        assert len(place.channels.listeners("run:1")) == 1

        slow.reads.set()
        why = await slow.closed()
        assert why.code == CLOSE_TOO_SLOW
        assert "connect again" in why.reason
        last = slow.last["run:1"]
        again = await place.join("slow", epoch="this epoch", last={"run:1": last})
        assert [message["seq"] for message in await again.hear_all(500 - last)] == list(range(last + 1, 501))
        for socket in (quick, again):
            await socket.leave()

    live_through(test, LiveLimits(reliable=4000))


def test_a_client_that_never_reads_again_is_let_go() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        await socket.ask("subscribe", channel="run:1")
        socket.reads.clear()
        while place.channels.listeners("run:1"):
            place.channels.publish("run:1", NodeDone(n="x" * 1000))
            await asyncio.sleep(0)
        await socket.serving

    live_through(test, LiveLimits(reliable=4000, grace=0.01))


def test_a_server_that_stops_waits_for_no_one_who_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LAST_WORDS", 0.01)

    async def test(place: Place) -> None:
        given_up, other = await place.join(), await place.join()
        await given_up.ask("subscribe", channel="run:1")
        for socket in (given_up, other):
            socket.reads.clear()
        while place.channels.listeners("run:1"):
            place.done("1", "x" * 1000)
            await asyncio.sleep(0)
        place.live.close()
        await asyncio.gather(given_up.serving, other.serving)

    live_through(test, LiveLimits(reliable=4000))
