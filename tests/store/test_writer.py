from threading import Event, Thread

import pytest

from engine.errors import StoreError
from engine.store.writer import Writer


def test_jobs_are_handed_over_in_order() -> None:
    groups: list[list[int]] = []
    writer = Writer[int](groups.append, room=100)
    for number in range(1000):
        writer.submit(number)
    assert writer.flush(timeout=10)
    writer.close()

    assert [number for group in groups for number in group] == list(range(1000))


def test_jobs_that_come_while_a_group_is_written_are_one_group() -> None:
    groups: list[list[int]] = []
    begun, go_on = Event(), Event()

    def commit(jobs: list[int]) -> None:
        groups.append(jobs)
        begun.set()
        go_on.wait()

    writer = Writer[int](commit, room=100)
    writer.submit(0)
    begun.wait()
    for number in range(1, 500):
        writer.submit(number)
    go_on.set()
    writer.close()

    assert groups == [[0], list(range(1, 500))]


def test_who_submits_too_much_waits() -> None:
    go_on, submitted = Event(), Event()
    writer = Writer[int](lambda _: bool(go_on.wait()), room=10)
    writer.submit(0, weight=8)

    def submit() -> None:
        writer.submit(1, weight=8)
        submitted.set()

    thread = Thread(target=submit)
    thread.start()
    assert not submitted.wait(0.1)
    go_on.set()
    assert submitted.wait(10)
    thread.join()
    writer.close()


def test_a_job_larger_than_the_room_is_taken_alone() -> None:
    groups: list[list[int]] = []
    writer = Writer[int](groups.append, room=10)
    writer.submit(0, weight=1000)
    writer.close()

    assert groups == [[0]]


def test_flushing_tells_when_the_time_ran_out() -> None:
    go_on = Event()
    writer = Writer[int](lambda _: bool(go_on.wait()), room=10)
    writer.submit(0)

    assert not writer.flush(timeout=0.01)
    go_on.set()
    assert writer.flush(timeout=10)
    writer.close()


def test_closing_writes_what_waits_and_refuses_the_rest() -> None:
    groups: list[list[int]] = []
    writer = Writer[int](groups.append, room=10)
    writer.submit(0)
    writer.close()

    assert groups == [[0]]
    with pytest.raises(StoreError, match="closed"):
        writer.submit(1)
