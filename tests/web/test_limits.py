from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from starlette.types import ASGIApp

from engine.web import errors
from engine.web.limits import CALLERS, Allowance, Allowances, Limiter, Limits
from tests.web.asking import ask


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def taken(request: Request) -> int:
    return len(await request.body())


def limited(**limits: object) -> ASGIApp:
    app = FastAPI()
    app.add_api_route("/api/thing", taken, methods=["POST"])
    app.add_api_route("/api/large/thing", taken, methods=["POST"])
    errors.install(app)
    return Limiter(app, Limits(**limits))  # pyright: ignore[reportArgumentType]


async def pieces(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield bytes(size)


def test_a_burst_is_let_through_and_then_the_rate() -> None:
    clock = Clock()
    allowance = Allowance(rate=2, burst=3, clock=clock)
    assert [allowance() for _ in range(4)] == [0, 0, 0, 0.5]
    clock.now = 0.5
    assert [allowance() for _ in range(2)] == [0, 0.5]


def test_being_refused_costs_nothing() -> None:
    allowance = Allowance(rate=1, burst=1, clock=Clock())
    assert [allowance() for _ in range(10)] == [0, *[1] * 9]


def test_several_at_once_need_room_for_all() -> None:
    allowance = Allowance(rate=2, burst=10, clock=Clock())
    assert [allowance(8), allowance(4), allowance(2)] == [0, 1, 0]


def test_one_caller_takes_nothing_from_another() -> None:
    allowances = Allowances(rate=1, burst=1, clock=Clock())
    assert [allowances(caller) for caller in "aab"] == [0, 1, 0]


def test_callers_without_end_take_no_room_without_end() -> None:
    allowances = Allowances(rate=1, burst=1, clock=Clock())
    for number in range(CALLERS + 1):
        allowances(str(number))
    assert allowances("0") == 0
    assert allowances(str(CALLERS)) == 1


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    app = limited(rate=0.1, burst=1)
    assert ask(app, "/api/thing", "POST").status_code == 200
    answer = ask(app, "/api/thing", "POST")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
    assert answer.json()["error"].startswith("expected at most 0.1 requests a second")


def test_a_body_of_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    app = limited(body=100)
    assert ask(app, "/api/thing", "POST", content=bytes(100)).json() == 100
    answer = ask(app, "/api/thing", "POST", content=bytes(101))
    assert (answer.status_code, answer.json()["problems"]) == (413, [])


def test_a_body_is_counted_when_its_length_is_not_said() -> None:
    answer = ask(limited(body=100), "/api/thing", "POST", content=pieces(3, 40))
    assert answer.status_code == 413
    assert answer.json()["error"] == "expected a body of 100 bytes at most. Send less at once."


def test_some_paths_take_larger_bodies() -> None:
    app = limited(body=100, bodies={"/api/large": 1000})
    assert ask(app, "/api/large/thing", "POST", content=bytes(1000)).json() == 1000
    assert ask(app, "/api/large/thing", "POST", content=bytes(1001)).status_code == 413
