"""Single flight: the work on a key belongs to all who wait for it."""

from __future__ import annotations

from engine.run.events import Event, Progress, Started
from engine.run.flights import Flights, Waiter


def waiter(instance: str = "a", told: list[Event] | None = None) -> Waiter:
    return Waiter(instance, (told if told is not None else []).append, lambda outcome: None)


def test_the_first_does_the_work_and_the_others_wait() -> None:
    flights, one, two = Flights(), waiter(), waiter("b")
    flight, first = flights.join(b"k", one)
    same, second = flights.join(b"k", two)
    assert (first, second) == (True, False)
    assert flight is same
    assert flights.waiting(b"k") == 2
    assert flights.land(b"k", flight) == [one, two]


def test_other_keys_are_other_flights() -> None:
    flights = Flights()
    assert flights.join(b"k", waiter())[1]
    assert flights.join(b"l", waiter())[1]


def test_work_without_a_key_is_never_shared() -> None:
    flights = Flights()
    one, two = flights.join(None, waiter()), flights.join(None, waiter())
    assert one[1]
    assert two[1]
    assert one[0] is not two[0]


def test_the_work_goes_on_while_anyone_waits() -> None:
    flights, one, two = Flights(), waiter(), waiter()
    flight, _ = flights.join(b"k", one)
    flights.join(b"k", two)
    flights.leave(flight, one)
    assert not flight.cancelled.is_set()
    flights.leave(flight, two)
    assert flight.cancelled.is_set()


def test_leaving_twice_is_leaving_once() -> None:
    flights, one, two = Flights(), waiter(), waiter()
    flight, _ = flights.join(b"k", one)
    flights.join(b"k", two)
    flights.leave(flight, one)
    flights.leave(flight, one)
    assert not flight.cancelled.is_set()


def test_nobody_joins_work_that_was_cancelled() -> None:
    flights, one = Flights(), waiter()
    flight, _ = flights.join(b"k", one)
    flights.leave(flight, one)
    again, first = flights.join(b"k", waiter())
    assert first
    assert again is not flight


def test_cancelled_work_that_ends_late_does_not_end_the_work_that_followed() -> None:
    flights, one, two = Flights(), waiter(), waiter()
    old, _ = flights.join(b"k", one)
    flights.leave(old, one)
    flights.join(b"k", two)
    assert flights.land(b"k", old) == []
    assert flights.waiting(b"k") == 1


def test_after_landing_the_next_begins_anew() -> None:
    flights = Flights()
    flight, _ = flights.join(b"k", waiter())
    flights.land(b"k", flight)
    assert flights.waiting(b"k") == 0
    assert flights.join(b"k", waiter())[1]


def test_everyone_hears_of_the_work_under_the_name_of_his_own_instance() -> None:
    heard: list[list[Event]] = [[], []]
    flights = Flights()
    flight, _ = flights.join(b"k", waiter("a", heard[0]))
    flights.join(b"k", waiter("b", heard[1]))
    flight.tell(Started("a"))
    flight.tell(Progress("a", 1, 2))
    assert heard == [[Started("a"), Progress("a", 1, 2)], [Started("b"), Progress("b", 1, 2)]]
