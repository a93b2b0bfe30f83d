import pytest
import torch

from nodes.control.tile import tile
from nodes.image.patterns import noise, solid
from nodes.values import Image


def test_squares_of_the_factor_become_their_average() -> None:
    image = noise(12, 8).image

    tiled = tile(image, 4.0, "nearest").pixels

    average = image.pixels[:, 4:8, 8:12].mean((1, 2), keepdim=True)
    torch.testing.assert_close(tiled[:, 4:8, 8:12], average.expand(1, 4, 4, 3))


def test_a_picture_keeps_its_size_whatever_the_factor() -> None:
    assert tile(noise(37, 11).image, 5.0).pixels.shape == (1, 11, 37, 3)
    assert tile(noise(3, 2).image, 64.0).pixels.shape == (1, 2, 3, 3)


def test_a_factor_of_one_keeps_the_picture() -> None:
    image = noise(9, 9).image

    assert torch.equal(tile(image, 1.0).pixels, image.pixels)


def test_details_go_and_the_colours_of_large_areas_stay(coffee: Image) -> None:
    tiled = tile(coffee, 8.0).pixels

    def roughness(pixels: torch.Tensor) -> float:
        return (pixels[:, 1:] - pixels[:, :-1]).abs().mean().item()

    assert roughness(tiled) < 0.5 * roughness(coffee.pixels)
    assert tiled.mean((1, 2)).tolist()[0] == pytest.approx(coffee.pixels.mean((1, 2)).tolist()[0], abs=2e-3)


def test_what_can_be_seen_through_is_in_front_of_black() -> None:
    torch.testing.assert_close(tile(solid(8, 8, "#ffffff80")).pixels, torch.full((1, 8, 8, 3), 128 / 255))


def test_grey_pictures_become_three_channels() -> None:
    tiled = tile(noise(16, 16, colours=False).image).pixels

    assert tiled.shape == (1, 16, 16, 3)
    assert torch.equal(tiled[..., 0], tiled[..., 2])
    assert tiled.is_contiguous()
