import pytest
import torch

from nodes.data.recolour import HUES, dominant_hue, hue_histogram, recoloured, to_hsv, to_rgb

SMOOTHING = 9
"""Degrees over which the histogram of hues is smoothed."""


def plain(red: float, green: float, blue: float) -> torch.Tensor:
    return torch.tensor([red, green, blue], dtype=torch.float32).expand(8, 8, 3).clone()


def test_hue_saturation_value_and_back_is_the_same_colour() -> None:
    rgb = torch.rand(50, 3, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(to_rgb(*to_hsv(rgb)), rgb, atol=1e-5)


@pytest.mark.parametrize(
    ("rgb", "hue"), [((1, 0, 0), 0), ((1, 1, 0), 60), ((0, 0, 1), 240), ((1, 0, 1), 300)]
)
def test_hues_of_pure_colours(rgb: tuple[float, float, float], hue: float) -> None:
    assert to_hsv(plain(*rgb))[0].unique().tolist() == [hue]


@pytest.mark.parametrize("colour", [name for name in HUES if name != "pink"])
def test_a_turned_picture_has_the_asked_hue_and_keeps_its_largest_and_smallest_channel(colour: str) -> None:
    picture = plain(0.8, 0.3, 0.1)
    made = recoloured(picture, colour, "hue")
    assert abs((dominant_hue(made) - HUES[colour] + 180) % 360 - 180) <= 2
    assert torch.allclose(made.amax(-1), picture.amax(-1), atol=1e-5)
    assert torch.allclose(made.amin(-1), picture.amin(-1), atol=1e-5)


def test_a_green_leaf_on_a_red_apple_stays_green() -> None:
    picture = plain(1, 0, 0)
    picture[0, :2] = torch.tensor([0.0, 1.0, 0.0])
    made = recoloured(picture, "blue", "hue")
    assert torch.allclose(made[0, :2], picture[0, :2])
    assert dominant_hue(made) == pytest.approx(HUES["blue"], abs=SMOOTHING)


def test_grey_takes_a_tint_while_black_and_white_stay() -> None:
    picture = torch.cat([plain(0.6, 0.6, 0.6), plain(0, 0, 0), plain(1, 1, 1)])
    made = recoloured(picture, "green", "tint")
    assert dominant_hue(made) == pytest.approx(HUES["green"], abs=SMOOTHING)
    assert torch.equal(made[8:], picture[8:])


def test_the_histogram_weighs_by_chroma() -> None:
    picture = plain(0.2, 0.1, 0.1)
    picture[:2] = torch.tensor([0.0, 0.0, 1.0])
    assert hue_histogram(picture).sum().item() == pytest.approx(16 * 1.0 + 48 * 0.1, rel=1e-4)
    assert dominant_hue(picture) == pytest.approx(240, abs=SMOOTHING)


def test_an_unknown_colour_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"expected a colour out of red, .*, got 'mauve'"):
        recoloured(plain(1, 0, 0), "mauve", "hue")


def test_a_picture_of_many_hues_can_not_be_recoloured() -> None:
    with pytest.raises(ValueError, match="leave such pictures in their own colours"):
        recoloured(plain(1, 0, 0), "blue", "")
