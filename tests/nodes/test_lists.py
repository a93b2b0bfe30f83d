import pytest

from engine.errors import ValueRefused
from nodes import lists


def test_a_range_ends_before_its_stop() -> None:
    assert lists.range_of(0, 3) == [0, 1, 2]
    assert lists.range_of(5, 0, -2) == [5, 3, 1]


def test_a_range_without_a_step_is_refused() -> None:
    with pytest.raises(ValueRefused, match="step other than 0"):
        lists.range_of(0, 3, 0)


def test_a_range_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(ValueRefused, match="at most 1,000,000 items, got 9,000,000,000"):
        lists.range_of(0, 9_000_000_000)


def test_spread_numbers_include_both_ends() -> None:
    assert lists.spread(1.0, 3.0, 5) == [1.0, 1.5, 2.0, 2.5, 3.0]
    assert lists.spread(1.0, 3.0, 1) == [1.0]


def test_links_become_a_list_in_their_order() -> None:
    assert lists.collect("b", "a") == ["b", "a"]
    assert lists.join([1, 2], [], [3]) == [1, 2, 3]


def test_flatten_takes_a_list_of_lists() -> None:
    assert lists.flatten([[1, 2], [], [3]]) == [1, 2, 3]


def test_picking_counts_from_either_end() -> None:
    assert lists.pick(["a", "b", "c"], 0) == "a"
    assert lists.pick(["a", "b", "c"], -1) == "c"


def test_picking_beyond_the_end_is_refused() -> None:
    with pytest.raises(ValueRefused, match="an index within a list of 3, got 3"):
        lists.pick(["a", "b", "c"], 3)


def test_choosing_is_a_function_of_the_seed() -> None:
    items = list(range(100))

    assert lists.choose(items, 7) == lists.choose(items, 7)
    assert len({lists.choose(items, seed) for seed in range(20)}) > 10
    with pytest.raises(ValueRefused, match="an empty one"):
        lists.choose([], 7)


def test_shuffling_keeps_every_item() -> None:
    items = list(range(20))

    shuffled = lists.shuffle(items, 3)

    assert shuffled == lists.shuffle(items, 3)
    assert shuffled != items
    assert sorted(shuffled) == items


def test_lengths_repeats_and_reverses() -> None:
    assert lists.length([1, 2, 3]) == 3
    assert lists.repeat("x", 3) == ["x", "x", "x"]
    assert lists.reverse([1, 2, 3]) == [3, 2, 1]


def test_a_slice_leaves_out_places_beyond_the_ends() -> None:
    assert lists.slice_of([0, 1, 2, 3], 1, 9) == [1, 2, 3]
    assert lists.slice_of([0, 1, 2, 3], -2) == [2, 3]
    assert lists.slice_of([0, 1, 2, 3], step=2) == [0, 2]


def test_zipping_groups_items_by_their_place() -> None:
    assert lists.zip_of([1, 2], [3, 4], [5, 6]) == [[1, 3, 5], [2, 4, 6]]
    with pytest.raises(ValueRefused, match="lists of one length, got 2, 1"):
        lists.zip_of([1, 2], [3])


def test_crossing_pairs_every_item_with_every_item() -> None:
    pairs = lists.cross(["red", "blue"], ["car", "bus", "hat"])

    assert list(zip(pairs.a, pairs.b, strict=True)) == [
        ("red", "car"),
        ("red", "bus"),
        ("red", "hat"),
        ("blue", "car"),
        ("blue", "bus"),
        ("blue", "hat"),
    ]
