import pytest
import skimage.feature
import torch

from engine.errors import ValueRefused
from nodes.control.edges import canny, lineart
from nodes.image.channels import luminance
from nodes.image.patterns import noise, solid
from nodes.values import Image


def square(inside: float = 1.0, outside: float = 0.0) -> Image:
    """A square of 20 pixels from row and column 10 to 29."""
    pixels = torch.full((1, 40, 40, 1), outside)
    pixels[:, 10:30, 10:30] = inside
    return Image(pixels)


def stroke(dark: float, light: float) -> Image:
    """A dark line, three pixels wide, around column 20."""
    pixels = torch.full((1, 9, 41, 1), light)
    pixels[:, :, 19:22] = dark
    return Image(pixels)


def test_canny_is_scikit_images(coffee: Image) -> None:
    expected = skimage.feature.canny(luminance(coffee.pixels)[0, ..., 0].numpy(), 2.0, 0.05, 0.25)

    edges = canny(coffee, 0.05, 0.25, 2.0).pixels

    assert edges.shape == (1, 400, 600, 3)
    assert edges.is_contiguous()
    for channel in range(3):
        assert torch.equal(edges[0, ..., channel], torch.from_numpy(expected).float())


def test_canny_draws_the_outline_of_a_square_and_nothing_else() -> None:
    edges = canny(square(), sigma=1.0).pixels[0, ..., 0]

    # the step lies between two pixels, which are equally steep
    for across in (edges[20], edges[:, 20]):
        assert across.nonzero().flatten().tolist() == [9, 10, 29, 30]
    assert edges[11:29, 11:29].max() == edges[:9].max() == edges[31:].max() == 0


@pytest.mark.parametrize(("high", "seen"), [(0.3, True), (0.5, False)])
def test_a_step_is_drawn_when_it_is_steep_enough_for_the_high_threshold(high: float, seen: bool) -> None:
    # Sobel's weights add up to 4, and without a blur both pixels of a step of 0.1 have this gradient: 0.4
    assert bool(canny(square(0.6, 0.5), 0.2, high, sigma=0.0).pixels.any()) is seen


def test_a_larger_sigma_leaves_out_the_grain_of_the_wood(coffee: Image) -> None:
    fine, coarse = canny(coffee, sigma=1.0).pixels, canny(coffee, sigma=3.0).pixels

    assert coarse.sum() < 0.5 * fine.sum()


def test_thresholds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueRefused, match=r"at least the low one, 0\.5, got 0\.2"):
        canny(square(), low=0.5, high=0.2)
    with pytest.raises(ValueRefused, match=r"above the low one, 0\.2, got 0\.2"):
        lineart(square(), low=0.2, high=0.2)


def test_what_is_hidden_draws_no_line() -> None:
    pixels = torch.cat([noise(32, 32).image.pixels, torch.zeros(1, 32, 32, 1)], dim=-1)

    assert canny(Image(pixels)).pixels.max() == 0
    assert lineart(Image(pixels)).pixels.max() == 0


def test_every_picture_of_a_batch_is_drawn_by_itself(coffee: Image) -> None:
    pair = Image(torch.cat([coffee.pixels[:, :200, :200], coffee.pixels[:, 200:, 200:400]]))

    for draw in (canny, lineart):
        drawn = draw(pair).pixels
        for place in range(2):
            alone = draw(Image(pair.pixels[place : place + 1])).pixels
            assert torch.equal(drawn[place : place + 1], alone)


def test_lineart_draws_what_is_darker_than_its_surroundings() -> None:
    lines = lineart(stroke(0.2, 0.9)).pixels[0, 4, :, 0]

    assert lines[20] == 1
    assert lines[:17].max() == lines[24:].max() == 0
    assert lineart(stroke(0.9, 0.2)).pixels[0, 4, 20, 0] == 0


def test_lineart_goes_by_contrast_not_by_how_dark_a_place_is() -> None:
    bright, dim = lineart(stroke(0.45, 0.6), high=1.0), lineart(stroke(0.225, 0.3), high=1.0)

    assert bright.pixels.max() > 0.05
    assert dim.pixels.max() > 0.6 * bright.pixels.max()


def test_lineart_of_an_even_ground_is_empty() -> None:
    assert lineart(solid(32, 32, "#305070")).pixels.max() == 0
