import pytest
import torch

from engine.errors import ValueRefused
from nodes.image.ink import ink
from nodes.train.chart import COLOURS
from nodes.train.curves import gradient_curve, loss_curve, rate_curve
from nodes.train.recipe import recipe

BOTTOM, TOP = 320 - 24, 12
"""Where the lowest and the highest number stand, of 320 pixels."""


def height_of(picture: torch.Tensor, colour: str, column: int) -> float:
    """The mean row in which a colour stands in a column."""
    near = (picture[0, :, column] - ink(colour, 3)).abs().amax(-1) < 0.2
    return float(near.nonzero().float().mean())


def test_a_loss_curve_is_a_picture() -> None:
    image = loss_curve([1.0, 0.5, 0.25], smoothing=2, width=200, height=100)
    assert image.pixels.shape == (1, 100, 200, 3)
    assert image.pixels.min() < 0.5 < image.pixels.max()


def test_one_loss_is_enough() -> None:
    assert loss_curve([0.5]).pixels.shape == (1, 320, 640, 3)


@pytest.mark.parametrize("series", [([],), ([1.0], [])])
def test_no_losses_are_an_error_that_says_so(series: tuple[list[float], ...]) -> None:
    with pytest.raises(ValueRefused, match="expected at least one loss in each series"):
        loss_curve(*series)


def test_a_tenth_of_the_way_from_1_to_100_is_10_on_the_logarithmic_scale_alone() -> None:
    middle = {
        scale: height_of(loss_curve([1.0, 10.0, 100.0], smoothing=1, scale=scale).pixels, COLOURS[0], 342)
        for scale in ("logarithmic", "linear")
    }
    assert middle["logarithmic"] == pytest.approx((BOTTOM + TOP) / 2, abs=3)
    assert middle["linear"] == pytest.approx(BOTTOM - (BOTTOM - TOP) * 9 / 99, abs=3)


def test_several_series_share_one_scale_and_each_has_its_colour() -> None:
    picture = loss_curve([0.0, 0.0], [1.0, 1.0], [0.5, 0.5], smoothing=1, scale="linear").pixels
    heights = [height_of(picture, colour, 300) for colour in COLOURS[:3]]
    assert heights == pytest.approx([BOTTOM, TOP, (BOTTOM + TOP) / 2], abs=1.5)


def test_a_series_of_fewer_numbers_is_spread_over_the_same_width() -> None:
    picture = loss_curve([1.0] * 100, [0.0, 0.0], smoothing=1, scale="linear").pixels
    assert height_of(picture, COLOURS[1], 600) == pytest.approx(BOTTOM, abs=1.5)


def test_numbers_beyond_the_bounds_and_those_that_are_none_stand_at_the_end() -> None:
    values = [float("nan"), 5.0, float("inf")]
    picture = loss_curve(values, smoothing=1, scale="linear", lowest=0, highest=1).pixels
    assert height_of(picture, COLOURS[0], 300) == pytest.approx(TOP, abs=1.5)


def test_names_are_written_and_must_be_as_many_as_the_series() -> None:
    plain, named = (loss_curve([1.0, 2.0], [2.0, 1.0], names=names).pixels for names in ("", "one\ntwo"))
    assert not torch.equal(plain, named)
    with pytest.raises(ValueRefused, match="a name for each of 2 series, one a line, got 1 names"):
        loss_curve([1.0], [1.0], names="one")


def test_a_line_is_drawn_across() -> None:
    plain, lined = (
        loss_curve([0.0, 1.0], smoothing=1, scale="linear", line=line).pixels for line in (None, 0.3)
    )
    changed = (plain != lined).any(-1)[0].any(1).nonzero()
    assert changed.float().mean() == pytest.approx(BOTTOM - 0.3 * (BOTTOM - TOP), abs=1)


def test_the_rate_rises_in_the_warm_up_and_ends_at_a_twentieth() -> None:
    how = recipe(rate=0.1, warmup=100, steps=200, optimiser="adam", schedule="linear")
    picture = rate_curve(how).pixels
    heights = [height_of(picture, COLOURS[0], column) for column in (57 + 286, 625)]
    bottom = 200 - 24
    assert heights == pytest.approx([TOP, bottom - (bottom - TOP) / 20], abs=5)


def test_muon_has_two_rates() -> None:
    picture = rate_curve(recipe(rate=0.1, adam_rate=0.05, schedule="constant", warmup=1)).pixels
    heights = [height_of(picture, colour, 300) for colour in COLOURS[:2]]
    assert heights == pytest.approx([TOP, (TOP + 200 - 24) / 2], abs=1.5)


def test_each_layer_has_a_curve_of_its_gradients() -> None:
    picture = gradient_curve([[1.0, 0.01]] * 30, width=640, height=320).pixels
    assert [height_of(picture, colour, 300) for colour in COLOURS[:2]] == pytest.approx(
        [TOP, BOTTOM], abs=1.5
    )
    with pytest.raises(ValueRefused, match="a number for each layer"):
        gradient_curve([[1.0], [1.0, 2.0]])
