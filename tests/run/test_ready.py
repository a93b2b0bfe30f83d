"""Which instance goes next, and where."""

from __future__ import annotations

from engine.run.ready import Ready


def queued(known: set[int], *indices: int) -> Ready:
    ready = Ready({"cpu": 1, "cuda": 1}, known.__contains__)
    for index in indices:
        ready.push(index, "cpu", (-float(index), 0))
    return ready


def sent(ready: Ready, lane: str = "cpu") -> int | None:
    index = ready.pop()
    if index is not None:
        ready.begin(index, lane)
    return index


def test_the_most_urgent_goes_first() -> None:
    ready = queued(set(), 1, 3, 2)
    assert [ready.pop(), ready.pop(), ready.pop(), ready.pop()] == [3, 2, 1, None]


def test_a_lane_takes_one_more_than_it_has_threads_and_then_as_many_as_land() -> None:
    ready = queued(set(), 1, 2, 3, 4)
    assert [sent(ready), sent(ready), sent(ready)] == [4, 3, None]
    ready.end(4)
    assert [sent(ready), sent(ready)] == [2, None]


def test_a_full_lane_does_not_hold_up_another() -> None:
    ready = queued(set(), 1, 2, 3)
    assert [sent(ready), sent(ready)] == [3, 2]
    ready.push(9, "cuda", (0.0, 0))
    assert [sent(ready, "cuda"), sent(ready)] == [9, None]


def test_those_that_turn_out_to_be_tiny_need_no_room() -> None:
    known = set[int]()
    ready = queued(known, 1, 2, 3, 4)
    assert [sent(ready), sent(ready), sent(ready)] == [4, 3, None]
    known |= {1, 2}
    assert [ready.pop(), ready.pop()] == [2, 1]


def test_tiny_ones_wait_for_no_lane_and_let_the_lanes_be_filled_first() -> None:
    ready = queued({7}, 7, 1, 2, 3)
    assert [sent(ready), sent(ready), ready.pop()] == [3, 2, 7]


def test_those_that_turn_out_to_be_larger_wait_for_their_lane() -> None:
    known = {1, 2, 3, 4}
    ready = queued(known, 1, 2, 3, 4)
    assert ready.pop() == 4
    known.clear()
    assert [sent(ready), sent(ready), sent(ready)] == [3, 2, None]
    ready.end(3)
    assert sent(ready) == 1
