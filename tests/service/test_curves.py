"""What loops collect in numbers, as few points as can be sent."""

from __future__ import annotations

import math

import pytest

from engine.service.curves import PARTS, Curves, curves_of
from engine.service.records import CurvesRecord


def fed(count: int) -> CurvesRecord:
    """Turns whose number is what they give, one by one."""
    curves = Curves()
    for turn in range(count):
        curves.add(turn, {"turn": [turn]})
    return curves.record()


def test_every_turn_is_told_as_long_as_there_are_few() -> None:
    record = fed(3)
    assert record == CurvesRecord(turns=(1, 2, 3), each=1, series={"turn": (0, 1, 2)})


def test_many_turns_are_told_as_means_of_equal_parts() -> None:
    record = fed(PARTS + 1)
    assert record.each == 2
    assert record.turns == (*range(2, PARTS + 1, 2), PARTS + 1)
    assert record.series["turn"][:3] == (0.5, 2.5, 4.5)
    assert record.series["turn"][-1] == PARTS  # the last part has one turn so far


@pytest.mark.parametrize("count", [499, 500, 501, 20_000])
def test_there_are_never_more_points_than_can_be_sent(count: int) -> None:
    record = fed(count)
    assert len(record.turns) == len(record.series["turn"]) <= PARTS
    assert record.turns[-1] == count


def test_what_is_added_at_once_is_as_if_it_had_come_turn_by_turn() -> None:
    curves = Curves()
    curves.add(0, {"turn": range(700)})
    curves.add(700, {"turn": range(700, 1300)})
    assert curves.record() == fed(1300)
    assert curves_of({"turn": [*range(1300)]}) == fed(1300)


def test_what_is_no_finite_number_leaves_a_gap() -> None:
    curves = Curves()
    curves.add(0, {"loss": [1.0, math.nan, 3.0], "real": [0.5]})
    assert curves.record().series == {"loss": (1.0, None, 3.0), "real": (0.5, None, None)}


def test_only_lists_of_numbers_are_curves() -> None:
    collected = {"loss": [1.0, 2.0], "shares": [[0.5], [0.5]], "right": [True, False], "none": []}
    assert curves_of(collected).series == {"loss": (1.0, 2.0)}
    assert curves_of({}) == CurvesRecord(turns=(), each=1, series={})
