import pytest

from engine.service.places import NotWaiting, moved
from engine.service.records import RunRecord


def run(id: str, position: float, priority: int = 0, batch: str = "") -> RunRecord:
    return RunRecord(
        id=id, batch=batch or id, graph="g", state="queued", created=0, position=position, priority=priority
    )


def ordered(queue: list[RunRecord]) -> list[RunRecord]:
    return sorted(queue, key=lambda record: (-record.priority, record.position))


def after(queue: list[RunRecord], id: str, before: str = "") -> list[RunRecord]:
    changed = {record.id: record for record in moved(queue, id, before)}
    return ordered([changed.get(record.id, record) for record in queue])


def names(queue: list[RunRecord]) -> str:
    return "".join(record.id for record in queue)


@pytest.mark.parametrize(
    ("id", "before", "expected"),
    [("a", "", "bcda"), ("d", "a", "dabc"), ("d", "b", "adbc"), ("a", "d", "bcad"), ("b", "b", "abcd")],
)
def test_a_run_goes_where_it_is_put(id: str, before: str, expected: str) -> None:
    assert names(after([run(name, i) for i, name in enumerate("abcd")], id, before)) == expected


def test_a_batch_stays_together_and_in_order() -> None:
    queue = [run("a", 1), run("x", 2, batch="B"), run("b", 3), run("y", 4, batch="B")]
    assert names(after(queue, "B", "a")) == "xyab"
    assert names(after(queue, "B", "b")) == "axyb"
    assert names(after(queue, "B", "y")) == names(queue)


def test_it_takes_on_the_priority_of_what_it_is_put_in_front_of() -> None:
    queue = [run("a", 5, priority=2), run("b", 6, priority=2), run("c", 1)]
    [record] = moved(queue, "c", "b")
    assert (record.priority, 5 < record.position < 6) == (2, True)
    assert names(after(queue, "a", "c")) == "bac"


def test_at_the_end_it_keeps_its_own_priority() -> None:
    queue = [run("a", 5, priority=2), run("b", 6, priority=2), run("c", 1)]
    assert names(after(queue, "a")) == "bac"


def test_there_is_always_room_in_between() -> None:
    queue = [run("a", 1), run("b", 2), run("c", 3)]
    for turn in range(200):
        queue = after(queue, *("cb" if turn % 2 else "bc"))
        assert names(queue) == ("acb" if turn % 2 else "abc")
        assert len({record.position for record in queue}) == 3


@pytest.mark.parametrize(("id", "before"), [("x", ""), ("a", "x")])
def test_what_does_not_wait_is_named(id: str, before: str) -> None:
    with pytest.raises(NotWaiting, match='got "x"'):
        moved([run("a", 1)], id, before)
