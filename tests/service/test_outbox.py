import asyncio
from collections.abc import Coroutine
from typing import Any

import msgpack

from engine.service.outbox import TOGETHER_BYTES, Outbox, together
from engine.service.protocol import CLOSE_SHUTDOWN, CLOSE_TOO_SLOW


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def message(text: str) -> bytes:
    return msgpack.packb({"say": text})


def said(frame: bytes) -> list[str]:
    """The texts of a frame's messages."""
    tree = msgpack.unpackb(frame)
    return [one["say"] for one in (tree if isinstance(tree, list) else [tree])]


def test_one_message_is_a_frame_itself() -> None:
    assert together([message("a")]) == message("a")


def test_several_messages_are_a_list() -> None:
    assert said(together([message(str(i)) for i in range(1000)])) == [str(i) for i in range(1000)]


def test_messages_that_wait_together_go_together_and_in_order() -> None:
    async def test() -> None:
        outbox = Outbox()
        for text in "abc":
            outbox.put(message(text))
        assert said(await outbox.take()) == ["a", "b", "c"]

    run(test())


def test_a_frame_is_full_at_its_bound() -> None:
    async def test() -> None:
        outbox = Outbox()
        large = message("x" * (TOGETHER_BYTES // 2 + 1))
        for _ in range(3):
            outbox.put(large)
        assert [len(said(await outbox.take())) for _ in range(2)] == [2, 1]

    run(test())


def test_who_takes_waits_until_there_is_something() -> None:
    async def test() -> None:
        outbox = Outbox()
        taking = asyncio.ensure_future(outbox.take())
        await asyncio.sleep(0)
        assert not taking.done()
        outbox.put(message("a"))
        assert said(await taking) == ["a"]

    run(test())


def test_of_lossy_messages_the_latest_of_a_key_is_sent() -> None:
    async def test() -> None:
        outbox = Outbox()
        outbox.put_lossy("run:1", "a", message("a 1"))
        outbox.put_lossy("run:1", "b", message("b 1"))
        outbox.put_lossy("run:1", "a", message("a 2"))
        outbox.put_lossy("run:2", "a", message("other run"))
        assert said(await outbox.take()) == ["b 1", "a 2", "other run"]

    run(test())


def test_reliable_messages_go_before_lossy_ones() -> None:
    async def test() -> None:
        outbox = Outbox()
        outbox.put_lossy("run:1", "a", message("lossy"))
        outbox.put(message("reliable"))
        assert said(await outbox.take()) == ["reliable", "lossy"]

    run(test())


def test_a_lossy_message_can_be_made_obsolete() -> None:
    async def test() -> None:
        outbox = Outbox()
        outbox.put_lossy("run:1", "a", message("half done"))
        outbox.drop("run:1", "a")
        outbox.put(message("done"))
        assert said(await outbox.take()) == ["done"]
        assert outbox.size == 0

    run(test())


def test_lossy_messages_beyond_the_bound_push_out_the_oldest() -> None:
    async def test() -> None:
        outbox = Outbox(lossy=25)
        for i in range(100):
            outbox.put_lossy("run:1", str(i), message(f"{i:04}"))
        assert outbox.size <= 25
        assert said(await outbox.take()) == ["0098", "0099"]

    run(test())


def test_lossy_messages_never_end_an_outbox() -> None:
    outbox = Outbox(reliable=30, lossy=30)
    for i in range(100):
        outbox.put_lossy("run:1", str(i), message("x" * 100))
    assert not outbox.ended.is_set()


def test_who_reads_too_slowly_is_given_up_with_a_reason_and_holds_no_memory() -> None:
    outbox = Outbox(reliable=100)
    for i in range(100):
        outbox.put(message(f"{i:04}"))
    assert outbox.ended.is_set()
    assert (outbox.code, outbox.size) == (CLOSE_TOO_SLOW, 0)
    assert "connect again" in outbox.reason


def test_a_message_larger_than_the_bound_is_sent_to_who_reads() -> None:
    async def test() -> None:
        outbox = Outbox(reliable=100)
        for _ in range(3):
            outbox.put(message("x" * 1000))
            assert said(await outbox.take()) == ["x" * 1000]

    run(test())


def test_who_catches_up_may_be_owed_more_than_the_bound() -> None:
    async def test() -> None:
        outbox = Outbox(reliable=100)
        outbox.catch_up([message(f"{i:04}") for i in range(100)])
        outbox.put(message("news"))
        assert said(await outbox.take())[-2:] == ["0099", "news"]

    run(test())


def test_who_does_not_read_what_it_is_owed_is_given_up_too() -> None:
    outbox = Outbox(reliable=100)
    outbox.catch_up([message(f"{i:04}") for i in range(100)])
    for i in range(20):
        outbox.put(message(f"{i:04}"))
    assert outbox.stalled


def test_there_is_room_again_once_the_client_has_read() -> None:
    async def test() -> None:
        outbox = Outbox(reliable=100)
        outbox.catch_up([message("x" * 200)])
        waiting = asyncio.ensure_future(outbox.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        await outbox.take()
        await waiting

    run(test())


def test_nobody_waits_for_room_in_an_outbox_that_has_ended() -> None:
    async def test() -> None:
        outbox = Outbox(reliable=100)
        outbox.catch_up([message("x" * 200)])
        outbox.end(CLOSE_SHUTDOWN, "the server stops")
        await outbox.room()

    run(test())


def test_the_first_reason_to_end_stays() -> None:
    outbox = Outbox()
    outbox.end(CLOSE_SHUTDOWN, "the server stops")
    outbox.end(CLOSE_TOO_SLOW, "too slow")
    assert (outbox.code, outbox.reason) == (CLOSE_SHUTDOWN, "the server stops")
