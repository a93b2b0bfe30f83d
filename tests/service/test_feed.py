from collections.abc import Callable
from typing import Any, cast

import pytest

from engine.run import events
from engine.service.feed import BATCH, LONGEST, PAUSE, Feed, tellable
from engine.service.protocol import CurvesTold, NodeDone, Progress, Started, Wire


class Loop:
    """An event loop that does what waits when it is told to, and counts how often a thread woke it."""

    def __init__(self) -> None:
        self.woken = 0
        self.later: list[Callable[[], None]] = []
        self._waiting: list[Callable[[], None]] = []

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        self.woken += 1
        self._waiting.append(call)

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        assert seconds == PAUSE
        self.later.append(call)

    def call_soon(self, call: Callable[[], None]) -> None:
        self._waiting.append(call)

    def turn(self) -> bool:
        """One turn; whether something waited."""
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()
        return bool(waiting)


class Listener:
    """Notes what it is told of a run."""

    def __init__(self) -> None:
        self.told: list[Wire] = []
        self.said: list[tuple[str, Wire]] = []
        self.over: list[str] = []

    def publish(self, channel: str, event: Wire, *, over: str = "") -> int:
        assert channel == "run:r"
        self.told.append(event)
        self.over.append(over)
        return len(self.told)

    def say(self, channel: str, key: str, event: Wire) -> None:
        self.said.append((key, event))

    def close(self, channel: str) -> None:
        raise AssertionError("the queue closes it")


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def offered() -> list[tuple[str, str, object]]:
    return []


@pytest.fixture
def feed(loop: Loop, listener: Listener, offered: list[tuple[str, str, object]]) -> Feed:
    return Feed("r", cast(Any, loop), listener, lambda *shown: offered.append(shown))


def done(number: int) -> events.Done:
    return events.Done(f"n{number}", False, 0.25)


def test_many_events_wake_the_loop_once(feed: Feed, loop: Loop, listener: Listener) -> None:
    for number in range(1000):
        feed.put(done(number))
    while loop.turn():
        pass
    assert loop.woken == 1
    assert [event.n for event in listener.told if isinstance(event, NodeDone)] == [
        f"n{i}" for i in range(1000)
    ]


def test_the_loop_sees_to_others_between_batches(feed: Feed, loop: Loop, listener: Listener) -> None:
    for number in range(BATCH + 1):
        feed.put(done(number))
    loop.turn()
    assert len(listener.told) == BATCH
    loop.turn()
    assert len(listener.told) == BATCH + 1


def test_an_event_after_all_were_told_wakes_it_again(feed: Feed, loop: Loop, listener: Listener) -> None:
    for number in range(2):
        feed.put(done(number))
        loop.turn()
    assert (loop.woken, len(listener.told)) == (2, 2)


def test_of_what_may_be_lost_the_latest_of_an_instance_is_said(
    feed: Feed, loop: Loop, listener: Listener
) -> None:
    feed.put(events.Started("a"))
    feed.put(events.Started("b"))
    feed.put(events.Progress("a", 1, 3))
    feed.put(events.Progress("a", 2, 3))
    loop.turn()
    assert listener.said == [("a", Progress(n="a", done=2, total=3)), ("b", Started(n="b"))]


def test_what_is_done_has_no_progress_any_more(feed: Feed, loop: Loop, listener: Listener) -> None:
    feed.put(events.Progress("n1", 1, 2))
    feed.put(done(1))
    loop.turn()
    assert (listener.said, listener.over) == ([], ["n1"])


def test_previews_go_another_way(
    feed: Feed, loop: Loop, listener: Listener, offered: list[tuple[str, str, object]]
) -> None:
    feed.put(events.Preview("a", "value"))
    assert (loop.turn(), listener.told, listener.said) == (False, [], [])
    assert offered == [("r", "a", "value")]


def test_at_the_end_all_is_told_and_nothing_comes_after(feed: Feed, loop: Loop, listener: Listener) -> None:
    for number in range(BATCH + 1):
        feed.put(done(number))
    feed.end()
    assert len(listener.told) == BATCH + 1
    feed.put(done(-1))
    while loop.turn():
        pass
    assert len(listener.told) == BATCH + 1


def test_what_was_told_is_kept_for_those_who_come_later(feed: Feed, loop: Loop, listener: Listener) -> None:
    feed.put(events.Planned(2, 1))
    feed.put(done(1))
    loop.turn()
    assert feed.history == listener.told


def test_a_reason_can_always_be_sent() -> None:
    assert tellable("half \ud800") == "half ?"
    assert len(tellable("x" * 10**6)) == LONGEST + len(" …")
    assert tellable("ä") == "ä"


def test_curves_are_said_at_once_and_then_after_a_while_whole(
    feed: Feed, loop: Loop, listener: Listener
) -> None:
    def said() -> list[tuple[float | None, ...]]:
        return [one.curves.series["loss"] for _, one in listener.said if isinstance(one, CurvesTold)]

    feed.put(events.Figures("train", 0, {"loss": [3.0]}))
    loop.turn()
    for turn in (1, 2):
        feed.put(events.Figures("train", turn, {"loss": [3.0 - turn]}))
    assert not loop.turn()
    assert said() == [(3.0,)]
    loop.later.pop()()
    assert said() == [(3.0,), (3.0, 2.0, 1.0)]
    loop.later.pop()()  # nothing was added meanwhile, so nothing is said, and nothing waits
    assert (len(said()), loop.later) == (2, [])
    feed.put(events.Figures("train", 3, {"loss": [0.0]}))
    feed.end()
    assert [key for key, _ in listener.said] == ["curves:train"] * 3
    assert said()[-1] == (3.0, 2.0, 1.0, 0.0)
    assert [one.curves.turns for one in feed.curves()] == [(1, 2, 3, 4)]
