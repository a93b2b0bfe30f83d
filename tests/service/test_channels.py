import asyncio
from collections.abc import Coroutine
from typing import Any

import msgpack
import pytest
from pydantic import JsonValue

from engine.errors import KnotworkError
from engine.service import channels as module
from engine.service.channels import ChannelError, Channels
from engine.service.outbox import Outbox
from engine.service.protocol import SERVER_MESSAGES, Edited, NodeDone, Progress, Reliable, RunGone


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def counted() -> Channels:
    """Channels whose snapshots of a run say how often one was asked for."""
    channels = Channels("epoch")
    asked: list[str] = []

    def snapshot(run: str) -> JsonValue:
        if run == "unknown":
            raise KnotworkError('there is no run "unknown"')
        asked.append(run)
        return len(asked)

    channels.source("run:", snapshot)
    return channels


async def got(outbox: Outbox) -> list[str]:
    """What waits for a client, in short."""
    if not outbox.size:
        return []
    tree = msgpack.unpackb(await outbox.take())
    return [short(message) for message in (tree if isinstance(tree, list) else [tree])]


def short(tree: dict[str, Any]) -> str:
    SERVER_MESSAGES.validate_python(tree)
    match tree["type"]:
        case "snapshot":
            return f"snapshot {tree['value']} at {tree['seq']}"
        case "event":
            return f"{tree['seq']} {tree['event']['n']}"
        case _:
            return f"~{tree['event']['n']}"


def done(channels: Channels, *names: str, channel: str = "run:1") -> None:
    for name in names:
        channels.publish(channel, NodeDone(n=name))


def test_who_subscribes_gets_a_snapshot_and_then_what_comes() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        done(channels, "a")
        await channels.subscribe("run:1", outbox)
        done(channels, "b", "c")
        assert await got(outbox) == ["snapshot 1 at 1", "2 b", "3 c"]

    run(test())


def test_channels_count_for_themselves() -> None:
    channels = counted()
    assert [channels.publish(name, RunGone(run="x")) for name in ("queue", "run:1", "run:1")] == [1, 1, 2]


def test_a_message_is_encoded_once_for_all() -> None:
    async def test() -> None:
        channels, first, second = counted(), Outbox(), Outbox()
        done(channels, "a")
        for outbox in (first, second):
            await channels.subscribe("run:1", outbox, 1)
        done(channels, "b")
        assert await first.take() is await second.take()

    run(test())


def test_what_is_published_reads_as_the_protocol_says() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        await channels.subscribe("run:1", outbox)
        await outbox.take()
        channels.publish("run:1", NodeDone(n="a", s=0.5))
        read = SERVER_MESSAGES.validate_python(msgpack.unpackb(await outbox.take()))
        assert read == Reliable(channel="run:1", seq=1, event=NodeDone(n="a", s=0.5))

    run(test())


def test_who_comes_back_gets_what_it_missed() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        done(channels, "a", "b", "c")
        await channels.subscribe("run:1", outbox, last=1)
        done(channels, "d")
        assert await got(outbox) == ["2 b", "3 c", "4 d"]

    run(test())


def test_who_missed_nothing_gets_nothing() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        done(channels, "a")
        await channels.subscribe("run:1", outbox, last=1)
        assert await got(outbox) == []

    run(test())


@pytest.mark.parametrize("last", [-1, 0, 3, 2**60])
def test_who_asks_for_what_is_not_there_gets_a_snapshot(last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(module, "RING_COUNT", 1)
        channels, outbox = counted(), Outbox()
        done(channels, "a", "b")
        await channels.subscribe("run:1", outbox, last)
        assert await got(outbox) == ["snapshot 1 at 2"]

    run(test())


def test_a_ring_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(module, "RING_BYTES", 1000)
        channels = counted()
        done(channels, *("x" * 100 for _ in range(100)))
        for last in range(100):
            outbox = Outbox()
            await channels.subscribe("run:1", outbox, last)
            assert outbox.size < 2000

    run(test())


def test_who_unsubscribes_gets_no_more() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        await channels.subscribe("run:1", outbox)
        await outbox.take()
        channels.unsubscribe("run:1", outbox)
        done(channels, "a")
        channels.say("run:1", "a", Progress(n="a", done=1, total=2))
        assert await got(outbox) == []

    run(test())


def test_who_leaves_gets_nothing_of_any_channel() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        for name in ("run:1", "run:2"):
            await channels.subscribe(name, outbox)
        assert channels.heard(outbox) == ("run:1", "run:2")
        channels.leave(outbox)
        assert channels.heard(outbox) == channels.listeners("run:1") == ()

    run(test())


def test_subscribing_again_tells_nothing_twice() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        done(channels, "a")
        await channels.subscribe("run:1", outbox, 0)
        await channels.subscribe("run:1", outbox, 1)
        done(channels, "b")
        assert await got(outbox) == ["1 a", "2 b"]

    run(test())


def test_lossy_messages_reach_those_who_listen_now() -> None:
    async def test() -> None:
        channels, now, later = counted(), Outbox(), Outbox()
        await channels.subscribe("run:1", now)
        channels.say("run:1", "a", Progress(n="a", done=1, total=2))
        await channels.subscribe("run:1", later)
        assert await got(now) == ["snapshot 1 at 0", "~a"]
        assert await got(later) == ["snapshot 2 at 0"]

    run(test())


def test_a_reliable_message_makes_a_lossy_one_obsolete() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        await channels.subscribe("run:1", outbox)
        for name in "ab":
            channels.say("run:1", name, Progress(n=name, done=1, total=2))
        channels.publish("run:1", NodeDone(n="a"), over="a")
        assert await got(outbox) == ["snapshot 1 at 0", "1 a", "~b"]

    run(test())


def test_what_is_published_while_an_awaited_snapshot_is_made_follows_it() -> None:
    async def test() -> None:
        channels, outbox = Channels("epoch"), Outbox()
        asked, go = asyncio.Event(), asyncio.Event()

        async def snapshot(run: str) -> JsonValue:
            asked.set()
            await go.wait()
            return run

        channels.source("run:", snapshot)
        done(channels, "a")
        subscribing = asyncio.ensure_future(channels.subscribe("run:1", outbox))
        await asked.wait()
        done(channels, "b")
        go.set()
        await subscribing
        done(channels, "c")
        assert await got(outbox) == ["snapshot 1 at 1", "2 b", "3 c"]

    run(test())


def test_a_snapshot_is_made_again_when_too_much_was_published_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test() -> None:
        monkeypatch.setattr(module, "RING_COUNT", 1)
        channels, outbox = Channels("epoch"), Outbox()
        meanwhile = ["a", "b"]

        async def snapshot(run: str) -> JsonValue:
            done(channels, *meanwhile)
            meanwhile.clear()
            return run

        channels.source("run:", snapshot)
        await channels.subscribe("run:1", outbox)
        assert await got(outbox) == ["snapshot 1 at 2"]

    run(test())


def test_who_left_while_its_snapshot_was_made_is_not_kept() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        outbox.end(1000, "")
        await channels.subscribe("run:1", outbox)
        assert channels.listeners("run:1") == ()

    run(test())


def test_who_does_not_read_waits_for_further_channels() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox(reliable=50)
        await channels.subscribe("run:1", outbox)
        await channels.subscribe("run:2", outbox)
        waiting = asyncio.ensure_future(channels.subscribe("run:3", outbox))
        await asyncio.sleep(0)
        assert channels.heard(outbox) == ("run:1", "run:2")
        await outbox.take()
        await waiting
        assert await got(outbox) == ["snapshot 3 at 0"]

    run(test())


@pytest.mark.parametrize("channel", ["", "run", "runs:1", "graph:1", "🙂"])
def test_an_unknown_channel_is_refused_by_name(channel: str) -> None:
    async def test() -> None:
        with pytest.raises(ChannelError, match=r"one of the channels run:…, got"):
            await counted().subscribe(channel, Outbox())

    run(test())


def test_what_a_source_refuses_leaves_no_channel_behind() -> None:
    async def test() -> None:
        channels, outbox = counted(), Outbox()
        with pytest.raises(KnotworkError, match="no run"):
            await channels.subscribe("run:unknown", outbox, last=0)
        assert channels.heard(outbox) == channels.listeners("run:unknown") == ()

    run(test())


def test_a_closed_channel_is_replayed_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(module, "CLOSED_BYTES", 1000)
        channels, outbox = counted(), Outbox()
        first = [channels.publish(f"run:{i}", NodeDone(n="a")) for i in range(100)]
        for i in range(100):
            done(channels, "b", channel=f"run:{i}")
            channels.close(f"run:{i}")
        await channels.subscribe("run:0", outbox, first[0])
        await channels.subscribe("run:99", outbox, first[99])
        assert await got(outbox) == ["snapshot 1 at 2", "2 b"]

    run(test())


def test_a_channel_that_was_forgotten_gives_no_number_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(module, "CLOSED_BYTES", 0)
        channels, outbox = counted(), Outbox()
        done(channels, "a", "b", "c")
        channels.close("run:1")
        done(channels, "d", "e")
        await channels.subscribe("run:1", outbox, last=2)
        assert await got(outbox) == ["snapshot 1 at 5"]

    run(test())


def test_who_listens_to_a_closed_channel_hears_it_when_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        monkeypatch.setattr(module, "CLOSED_BYTES", 0)
        channels, outbox = counted(), Outbox()
        done(channels, "a")
        await channels.subscribe("run:1", outbox, 1)
        channels.close("run:1")
        done(channels, "b")
        assert await got(outbox) == ["2 b"]

    run(test())


def test_a_message_that_cannot_be_sent_is_a_named_error_and_takes_no_number() -> None:
    channels = counted()
    with pytest.raises(KnotworkError, match="64 bits"):
        channels.publish("graph:1", Edited(number=1, client="a", token="t", patch=({"value": 2**70},)))
    assert (
        channels.publish("graph:1", Edited(number=1, client="a", token="t", patch=({"value": 2**60},))) == 1
    )
