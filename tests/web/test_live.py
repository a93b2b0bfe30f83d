import asyncio
import logging

import msgpack
import pytest

from engine.errors import GraphError, KnotworkError, Problem
from engine.service.protocol import (
    CLOSE_BAD_FRAME,
    MAX_FRAME,
)
from engine.web.live import LiveLimits
from tests.web.talking import Place, live_through


def test_a_ping_is_answered() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        assert await socket.ask("ping") == {"type": "reply", "id": 7, "value": None}
        await socket.leave()

    live_through(test)


def test_who_subscribes_gets_a_snapshot_an_answer_and_what_comes() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        place.done("1", "a")
        socket.say("subscribe", id=1, channel="run:1")
        snapshot, reply = await socket.hear_all(2)
        assert snapshot == {"type": "snapshot", "channel": "run:1", "seq": 1, "value": "all of 1"}
        assert reply["type"] == "reply"
        place.done("1", "b")
        event = await socket.hear()
        assert (event["seq"], event["event"]["n"]) == (2, "b")
        await socket.leave()

    live_through(test)


def test_who_unsubscribes_gets_no_more() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        await socket.ask("subscribe", channel="run:1")
        await socket.ask("unsubscribe", channel="run:1")
        place.done("1", "a")
        assert (await socket.ask("ping"))["type"] == "reply"
        assert place.channels.listeners("run:1") == ()
        await socket.leave()

    live_through(test)


def test_who_comes_back_is_told_what_it_missed() -> None:
    async def test(place: Place) -> None:
        place.done("1", "a", "b", "c")
        socket = await place.join(epoch="this epoch", last={"run:1": 1})
        assert [message["event"]["n"] for message in await socket.hear_all(2)] == ["b", "c"]
        await socket.leave()

    live_through(test)


def test_numbers_of_another_epoch_mean_nothing() -> None:
    async def test(place: Place) -> None:
        place.done("1", "a", "b", "c")
        socket = await place.join(epoch="an earlier one", last={"run:1": 1})
        assert (await socket.hear())["type"] == "snapshot"
        await socket.leave()

    live_through(test)


def test_a_channel_that_is_gone_is_refused_by_name_and_the_others_go_on() -> None:
    async def test(place: Place) -> None:
        place.done("1", "a")
        socket = await place.join(epoch="this epoch", last={"run:unknown": 4, "run:1": 0})
        refusal, event = await socket.hear_all(2)
        assert (refusal["type"], refusal["channel"]) == ("refusal", "run:unknown")
        assert event["event"]["n"] == "a"
        await socket.leave()

    live_through(test)


def test_a_channel_whose_source_fails_is_refused_and_the_socket_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test(place: Place) -> None:
        def fail(run: str) -> None:
            raise ZeroDivisionError("secret")

        place.channels.source("run:", fail)
        socket = await place.join(last={"run:1": 4})
        refusal = await socket.hear()
        assert (refusal["type"], refusal["channel"]) == ("refusal", "run:1")
        assert "secret" not in refusal["error"]
        assert (await socket.ask("ping"))["type"] == "reply"
        await socket.leave()

    with caplog.at_level(logging.ERROR):
        live_through(test)
    assert "secret" in caplog.text


def test_more_channels_than_allowed_are_refused() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        answers = [await socket.ask("subscribe", channel=f"run:{i}") for i in range(101)]
        assert {answer["type"] for answer in answers[:100]} == {"reply"}
        assert "at most 100 channels" in answers[100]["error"]
        assert (await socket.ask("subscribe", channel="run:0"))["type"] == "reply"
        await socket.leave()

    live_through(test)


def test_an_edit_is_made_in_the_name_of_its_client_and_acknowledged() -> None:
    async def test(place: Place) -> None:
        socket = await place.join("ann")
        operation = {"op": "unset_param", "name": "a", "port": "b"}
        answer = await socket.ask("edit", session="s", token="t", operations=[operation])
        assert place.asked == [("s", "ann", "t", (operation,))]
        assert answer["value"] == {"seq": 1}
        await socket.leave()

    live_through(test)


def test_an_edit_that_cannot_be_made_is_refused_with_what_is_wrong() -> None:
    async def test(place: Place) -> None:
        def fail() -> None:
            raise GraphError([Problem("unknown-node", "a", "", "a node", '"x"', "Install its pack.")])

        place.answer = fail
        socket = await place.join()
        answer = await socket.ask("edit", session="s", token="t", operations=[{}])
        assert (answer["type"], answer["problems"][0]["code"]) == ("refusal", "unknown-node")
        await socket.leave()

    live_through(test)


def test_what_nobody_foresaw_is_logged_and_told_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def test(place: Place) -> None:
        def fail() -> None:
            raise ZeroDivisionError("secret")

        place.answer = fail
        socket = await place.join()
        answer = await socket.ask("undo", session="s", token="t")
        assert answer["type"] == "refusal"
        assert "secret" not in answer["error"]
        assert "Traceback" not in answer["error"]
        assert (await socket.ask("ping"))["type"] == "reply"
        await socket.leave()

    with caplog.at_level(logging.ERROR):
        live_through(test)
    assert "secret" in caplog.text


def test_a_plan_holds_nothing_else_up() -> None:
    async def test(place: Place) -> None:
        go = asyncio.Event()

        async def slow(*asked: object) -> None:
            await go.wait()
            raise KnotworkError("planned")

        place.service.planner.explain = slow
        socket = await place.join()
        socket.say("plan", id=1, session="s")
        assert (await socket.ask("ping"))["type"] == "reply"
        go.set()
        plan = await socket.hear()
        assert (plan["id"], plan["error"]) == (1, "planned")
        await socket.leave()

    live_through(test)


def test_a_plan_that_nobody_waits_for_any_more_is_given_up() -> None:
    async def test(place: Place) -> None:
        began, given_up = asyncio.Event(), asyncio.Event()

        async def endless(*asked: object) -> None:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                given_up.set()

        place.service.planner.explain = endless
        socket = await place.join()
        socket.say("plan", id=1, session="s")
        await began.wait()
        await socket.leave()
        await given_up.wait()

    live_through(test)


def test_what_is_being_done_when_a_client_leaves_is_done_to_its_end() -> None:
    async def test(place: Place) -> None:
        began, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def slow(*asked: object) -> None:
            began.set()
            await go.wait()
            ended.set()

        place.service.sessions.edit = slow
        socket = await place.join()
        socket.say("edit", id=1, session="s", token="t", operations=[{}])
        await began.wait()
        place.live.close()
        await asyncio.sleep(0)
        go.set()
        await socket.closed()
        assert ended.is_set()

    live_through(test)


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        ("text", "expected binary frames, got text 'text'"),
        (b"", "expected a message in MessagePack, got 0 bytes"),
        (b"\xc1", "expected a message in MessagePack, got 1 bytes: damaged"),
        (msgpack.packb([1]), "message: input should be a valid dictionary"),
        (msgpack.packb({}), "message: unable to extract tag using discriminator 'type'"),
        (msgpack.packb({"type": "sing"}), "message: input tag 'sing' found using 'type' does not match"),
        (msgpack.packb({"type": "ping", "id": "x"}), "ping.id: input should be a valid integer"),
        (msgpack.packb({"type": "ping", "id": 1, "x": 1}), "ping.x: extra inputs are not permitted, got 1"),
        (msgpack.packb({"type": "hello", "client": "ann"}), "expected hello once, got it again"),
    ],
)
def test_a_frame_of_another_shape_is_refused_by_name_and_the_socket_stays(
    frame: bytes | str, error: str
) -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        socket.send(frame)
        refusal = await socket.hear()
        assert refusal["type"] == "refusal"
        assert error in refusal["error"]
        assert (await socket.ask("ping"))["type"] == "reply"
        await socket.leave()

    live_through(test)


def test_a_refusal_names_the_request_if_it_can_be_read() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        socket.say("subscribe", id=3)
        assert (await socket.hear())["id"] == 3
        await socket.leave()

    live_through(test)


def test_a_frame_beyond_the_limit_closes_the_socket_with_the_reason() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        socket.send(b"x" * (MAX_FRAME + 1))
        why = await socket.closed()
        assert why.code == CLOSE_BAD_FRAME
        assert why.reason.startswith(f"expected frames of at most {MAX_FRAME} bytes, got {MAX_FRAME + 1}")

    live_through(test)


def test_operations_beyond_the_pace_are_refused_and_not_made() -> None:
    async def test(place: Place) -> None:
        socket = await place.join()
        first = await socket.ask("edit", session="s", token="a", operations=[{}] * 3)
        second = await socket.ask("edit", session="s", token="b", operations=[{}] * 3)
        assert first["type"] == "reply"
        assert second["error"] == "expected fewer operations a second. Send it again in 100.0 s."
        assert len(place.asked) == 1
        await socket.leave()

    live_through(test, LiveLimits(rate=0.01, burst=5))


def test_an_error_that_the_service_foresaw_is_told_as_it_is() -> None:
    async def test(place: Place) -> None:
        def fail() -> None:
            raise KnotworkError('expected a run, got "x"')

        place.answer = fail
        socket = await place.join()
        answer = await socket.ask("cancel", run="x")
        assert answer == {
            "type": "refusal",
            "id": 7,
            "channel": "",
            "error": 'expected a run, got "x"',
            "problems": [],
        }
        await socket.leave()

    live_through(test)
