import pytest

from engine.errors import ValueRefused
from nodes.rank import rank


def test_the_highest_score_comes_first_and_equal_ones_stay_in_their_order() -> None:
    ranked = rank(["a", "b", "c", "d"], [0.2, 0.9, 0.2, 0.5])
    assert ranked.items == ["b", "d", "a", "c"]
    assert ranked.scores == [0.9, 0.5, 0.2, 0.2]
    assert ranked.places == [1, 3, 0, 2]


def test_the_lowest_score_can_come_first() -> None:
    assert rank(["a", "b", "c"], [0.2, 0.1, 0.2], descending=False).items == ["b", "a", "c"]


def test_each_item_has_a_score() -> None:
    with pytest.raises(ValueRefused, match="a score for each of 2 items"):
        rank(["a", "b"], [0.5])
