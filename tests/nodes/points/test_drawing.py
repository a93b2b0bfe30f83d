from itertools import pairwise

import pytest
import torch

from engine.errors import ValueRefused
from nodes.image.ink import ink
from nodes.points.drawing import DATA, NOISE, PAPER, SHADE, paths
from nodes.points.plane import Points, to_points
from nodes.points.shapes import shape

SIZE = 120
"""Pixels of six units: 20 to the unit."""


def at(*places: tuple[float, float]) -> Points:
    return to_points(torch.tensor(places))


def colour(picture: torch.Tensor, x: float, y: float) -> torch.Tensor:
    """The colour at a place of the plane."""
    return picture[0, round(60 - 20 * y), round(60 + 20 * x)]


def is_near(colour: torch.Tensor, name: str, by: float = 0.12) -> bool:
    return bool((colour - ink(name, 3)).abs().max() < by)


def drawn(*turns: Points, **more: object) -> torch.Tensor:
    start = at((-2, 1))
    return paths(start, list(turns), **{"size": SIZE} | more).pixels  # pyright: ignore[reportArgumentType] # by name


def test_a_way_goes_from_orange_to_blue_on_paper() -> None:
    picture = drawn(at((0, 1)), at((2, 1)))

    assert picture.shape == (1, SIZE, SIZE, 3)
    assert colour(picture, -1, 1)[0] > colour(picture, -1, 1)[2] + 0.1
    assert colour(picture, 1, 1)[2] > colour(picture, 1, 1)[0] + 0.1
    assert is_near(colour(picture, 2, 1), DATA)
    assert is_near(colour(picture, 0, 0), PAPER, 0.01)


def test_y_points_up() -> None:
    picture = drawn(at((-2, 2)))

    assert is_near(colour(picture, -2, 2), DATA)
    assert is_near(colour(picture, -2, -2), PAPER, 0.01)


def test_a_way_begins_with_a_ring() -> None:
    picture = drawn(at((2, 1)))

    assert is_near(colour(picture, -2, 1), "#ffffff", 0.15)
    ring = picture[0, 36:44, 16:24]
    assert ((ring - ink(NOISE, 3)).abs().amax(-1) < 0.25).any()


def test_only_the_ends_are_drawn_of_points_beyond_the_lines() -> None:
    picture = drawn(at((2, 1)), lines=0)

    assert is_near(colour(picture, 0, 1), PAPER, 0.01)
    assert not is_near(colour(picture, 2, 1), PAPER, 0.05)


@pytest.mark.parametrize(("turns", "dots"), [(1, 0), (4, 3), (8, 7), (16, 7), (50, 7)])
def test_dots_stand_after_each_turn_or_each_eighth_of_them(turns: int, dots: int) -> None:
    along = torch.linspace(-2, 2, turns + 1)[1:].tolist()
    picture = drawn(*(at((x, 1)) for x in along), size=480)
    # The row above the line, which lies between rows 159 and 160: all that reaches into it is round
    inked = [not is_near(pixel, PAPER, 0.02) for pixel in picture[0, 158]]

    begun = sum(now and not before for before, now in pairwise([False, *inked]))
    assert begun == 1 + dots + 1


def test_data_shade_the_paper_where_they_are_dense() -> None:
    picture = drawn(at((2, 1)), data=shape("ring", 2000, spread=0.1), lines=0)

    assert is_near(colour(picture, -1.8, 0), SHADE, 0.1)
    assert is_near(colour(picture, 0, 0), PAPER, 0.01)


def test_the_title_stands_in_the_upper_left_corner() -> None:
    plain, titled = drawn(at((2, 1))), drawn(at((2, 1)), title="Flow")
    changed = (plain != titled).any(-1)[0]

    assert changed[:24, :60].any()
    assert not changed[30:].any()


def test_points_far_outside_are_no_harm() -> None:
    assert drawn(at((1e9, -1e9))).isfinite().all()


def test_no_turns_are_no_way() -> None:
    with pytest.raises(ValueRefused, match="at least one turn"):
        drawn()
