import math

import pytest
import torch

from engine.errors import ValueRefused
from nodes.points.measure import distance, straightness
from nodes.points.plane import Points, to_points
from nodes.points.shapes import shape


def at(*places: tuple[float, float]) -> Points:
    return to_points(torch.tensor(places))


def test_points_that_lie_alike_are_at_distance_0_in_whatever_order() -> None:
    assert distance(at((0, 1), (2, 3)), at((2, 3), (0, 1))) == pytest.approx(0, abs=1e-6)


def test_the_distance_of_a_shift_is_its_mean_over_all_sides() -> None:
    points = shape("ring", 50)
    shifted = to_points(points.samples[:, :, 0, 0] + torch.tensor([3.0, 4.0]))

    # The mean of |cos| over the half circle is 2/π
    assert distance(points, shifted, directions=720) == pytest.approx(5 * 2 / math.pi, rel=1e-4)


def test_from_one_side_the_distance_is_the_mean_way_along_a_line() -> None:
    assert distance(at((0, 9), (1, -9)), at((2, 0), (5, 0)), directions=1) == pytest.approx(3)


def test_sets_may_have_other_numbers_of_points() -> None:
    assert distance(at((0, 0)), at((1, 0), (3, 0)), directions=1) == pytest.approx(2)


def test_a_straight_way_at_an_even_pace_is_0() -> None:
    turns = [at((1, 2), (0, 0)), at((2, 4), (0, 0)), at((3, 6), (0, 0))]
    assert straightness(at((0, 0), (0, 0)), turns) == pytest.approx(0)


def test_a_straight_way_that_is_walked_in_the_last_of_n_turns_is_n_minus_1() -> None:
    # Paces 0, 0, 0 and 4 beside an even pace of 1: (1 + 1 + 1 + 9) / 4
    assert straightness(at((0, 0)), [at((0, 0))] * 3 + [at((1, 0))]) == pytest.approx(3)


def test_a_way_around_a_corner_is_told_by_its_square() -> None:
    # Twice the ways (1, 0) and (0, 1), less (1, 1), are (1, -1) and (-1, 1); the whole way's square is 2
    assert straightness(at((0, 0)), [at((1, 0)), at((1, 1))]) == pytest.approx(1)


def test_no_turns_have_no_straightness() -> None:
    with pytest.raises(ValueRefused, match="at least one turn"):
        straightness(at((0, 0)), [])
