import pytest
import torch

from engine.errors import ValueRefused
from nodes.image.colour import adjust, grey, invert, levels
from nodes.image.patterns import noise, solid
from nodes.values import Image


def rgb(image: Image) -> list[float]:
    return image.pixels[0, 0, 0].tolist()


def test_neutral_values_change_nothing() -> None:
    image = noise(8, 8).image

    torch.testing.assert_close(adjust(image).pixels, image.pixels)
    torch.testing.assert_close(levels(image).pixels, image.pixels)


def test_brightness_is_a_factor() -> None:
    assert rgb(adjust(solid(1, 1, "#ff0000"), brightness=0.5)) == [0.5, 0, 0]


def test_without_contrast_a_picture_is_its_mean_grey() -> None:
    image = Image(torch.tensor([0.0, 1.0]).reshape(1, 1, 2, 1).expand(1, 1, 2, 3))

    assert adjust(image, contrast=0.0).pixels.flatten().tolist() == pytest.approx([0.5] * 6, abs=1e-3)


def test_without_saturation_a_picture_is_grey() -> None:
    red, green, blue = rgb(adjust(solid(1, 1, "#ff0000"), saturation=0.0))

    assert red == green == blue == pytest.approx(0.299, abs=1e-3)


def test_hue_goes_around_the_circle() -> None:
    assert rgb(adjust(solid(1, 1, "#ff0000"), hue=120.0)) == pytest.approx([0, 1, 0], abs=1e-5)
    assert rgb(adjust(solid(1, 1, "#ff0000"), hue=-120.0)) == pytest.approx([0, 0, 1], abs=1e-5)


def test_gamma_is_an_exponent() -> None:
    assert rgb(adjust(Image(torch.full((1, 1, 1, 3), 0.5)), gamma=2.0)) == [0.25] * 3


def test_alpha_stays() -> None:
    image = solid(1, 1, "#ff000033")

    for changed in (adjust(image, brightness=0.5), levels(image, 0.5), invert(image), grey(image, 3)):
        assert changed.pixels[0, 0, 0, 3] == pytest.approx(0.2)


def test_grey_pictures_stay_grey() -> None:
    image = Image(torch.full((1, 2, 2, 1), 0.5))

    assert adjust(image, brightness=0.5, hue=90.0, saturation=2.0).pixels.shape == (1, 2, 2, 1)
    assert adjust(image, brightness=0.5).pixels.unique().tolist() == [0.25]


def test_levels_stretch_a_range() -> None:
    image = Image(torch.tensor([0.1, 0.25, 0.5, 0.75, 0.9]).reshape(1, 1, 5, 1))

    assert levels(image, 0.25, 0.75).pixels.flatten().tolist() == [0, 0, 0.5, 1, 1]
    assert levels(image, out_black=1.0, out_white=0.0).pixels.flatten().tolist() == pytest.approx(
        [0.9, 0.75, 0.5, 0.25, 0.1]
    )
    assert levels(image, gamma=2.0).pixels[0, 0, 1, 0] == 0.5


def test_levels_without_a_range_are_refused() -> None:
    with pytest.raises(ValueRefused, match="black below white"):
        levels(solid(1, 1), 0.5, 0.5)


def test_inverting_and_greying() -> None:
    assert rgb(invert(solid(1, 1, "#ff0033"))) == pytest.approx([0, 1, 0.8])
    assert rgb(grey(solid(1, 1, "#00ff00"))) == pytest.approx([0.587])
    assert rgb(grey(solid(1, 1, "#00ff00"), 3)) == pytest.approx([0.587] * 3)
