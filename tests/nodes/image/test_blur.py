import math

import pytest
import torch

from nodes.image.blur import blur, sharpen
from nodes.image.patterns import noise, solid
from nodes.values import Image


def point() -> Image:
    pixels = torch.zeros(1, 41, 41, 1)
    pixels[0, 20, 20] = 1
    return Image(pixels)


def test_a_point_becomes_a_bell() -> None:
    bell = blur(point(), 2.0).pixels[0, ..., 0]

    peak = bell[20, 20].item()
    assert bell.sum().item() == pytest.approx(1)
    assert bell[20, 22].item() / peak == pytest.approx(math.exp(-0.5))
    assert bell[23, 20].item() / peak == pytest.approx(math.exp(-9 / 8))
    assert bell[22, 22].item() / peak == pytest.approx(math.exp(-1))


def test_even_areas_stay_even_up_to_the_sides() -> None:
    image = Image(torch.full((1, 4, 4, 3), 0.5))

    torch.testing.assert_close(blur(image, 30.0).pixels, image.pixels)


def test_no_blur_changes_nothing() -> None:
    image = noise(8, 8).image

    assert torch.equal(blur(image, 0.0).pixels, image.pixels)
    assert torch.equal(sharpen(image, 1.0, 0.0).pixels, image.pixels)


def test_hidden_colours_do_not_bleed() -> None:
    pixels = torch.cat([solid(4, 4, "#ff0000fe").pixels, solid(4, 4, "#00ff0000").pixels], dim=2)

    blurred = blur(Image(pixels), 1.0).pixels

    assert blurred[..., 1].max() == 0
    assert 0 < blurred[0, 0, 4, 3] < 0.5


def test_sharpening_steepens_an_edge() -> None:
    pixels = torch.full((1, 1, 20, 1), 0.3)
    pixels[:, :, 10:] = 0.7

    sharp = sharpen(Image(pixels), 1.0, 1.0).pixels.flatten()

    assert sharp[9] < 0.3
    assert sharp[10] > 0.7
    assert sharp[0].item() == pytest.approx(0.3)


def test_sharpening_keeps_alpha() -> None:
    image = Image(torch.cat([noise(8, 8).image.pixels, noise(8, 8, colours=False, seed=1).image.pixels], -1))

    sharp = sharpen(image, 1.0, 3.0).pixels

    assert torch.equal(sharp[..., 3], image.pixels[..., 3])
    assert sharp.max() <= 1.0001
