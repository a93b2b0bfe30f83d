import pytest
import torch

from engine.errors import ValueRefused
from nodes.diffusion.geometry import Method, crop, flip, paste, resize, rotate, upscale
from nodes.diffusion.latent import SizeRefused
from nodes.values import Latent

SHAPES = pytest.mark.parametrize("shape", [(2, 4), (2, 4, 3)], ids=["picture", "video"])


def grid(*rows: list[float], shape: tuple[int, ...] = (1, 1)) -> Latent[str]:
    """A latent that holds the same rows in every picture, channel and frame."""
    return Latent(torch.tensor(rows, dtype=torch.float32).expand(*shape, -1, -1), "sd1")


def rows(latent: Latent[str]) -> list[list[float]]:
    """The rows of a latent, which are the same everywhere."""
    samples = latent.samples
    assert samples.is_contiguous()
    assert latent.family == "sd1"
    first = samples.flatten(0, -3)[0]
    assert torch.equal(samples, first.expand_as(samples))
    return first.tolist()


@SHAPES
def test_a_rectangle_is_cut_out(shape: tuple[int, ...]) -> None:
    latent = grid([0, 1, 2], [3, 4, 5], [6, 7, 8], shape=shape)

    assert rows(crop(latent, 8, 16, 16, 8)) == [[7, 8]]


def test_a_rectangle_that_juts_out_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"within the picture's 16×8, got 16×8 at \(8, 0\)"):
        crop(grid([0, 1]), 8, 0, 16, 8)


def test_part_of_a_cell_is_refused() -> None:
    with pytest.raises(SizeRefused, match=r"x: expected whole cells of 8 pixels, got 4\. Choose a multiple"):
        crop(grid([0, 1]), 4, 0, 8, 8)


@SHAPES
def test_a_latent_is_put_into_another_one(shape: tuple[int, ...]) -> None:
    base, layer = grid([0, 0, 0], [0, 0, 0], shape=shape), grid([1, 2], shape=shape)

    assert rows(paste(base, layer, 8, 8)) == [[0, 0, 0], [0, 1, 2]]


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (-8, 0, [[2, 0], [4, 0]]),
        (8, -8, [[0, 3], [0, 0]]),
        (16, 0, [[0, 0], [0, 0]]),
        (-32, -32, [[0, 0], [0, 0]]),
    ],
)
def test_what_juts_out_is_cut_off(x: int, y: int, expected: list[list[float]]) -> None:
    assert rows(paste(grid([0, 0], [0, 0]), grid([1, 2], [3, 4]), x, y)) == expected


def test_edges_fade_in_but_for_those_on_the_border() -> None:
    """Over two cells: a half in the outermost cell, then all."""
    base, layer = grid([0, 0, 0, 0, 0, 0]), grid([8, 8, 8, 8])

    assert rows(paste(base, layer, 8, feather=16)) == [[0, 4, 8, 8, 4, 0]]
    assert rows(paste(base, layer, 0, feather=16)) == [[8, 8, 8, 4, 0, 0]]
    assert rows(paste(base, layer, 32, feather=16)) == [[0, 0, 0, 0, 4, 8]]


def test_one_layer_serves_a_batch() -> None:
    assert rows(paste(grid([0, 0], shape=(3, 1)), grid([5]), 8)) == [[0, 5]]


def test_a_layer_of_other_channels_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"got \[1, 2, 1, 1\] into \[1, 1, 1, 1\]"):
        paste(grid([0]), grid([0], shape=(1, 2)))


@SHAPES
def test_latents_are_mirrored(shape: tuple[int, ...]) -> None:
    latent = grid([0, 1], [2, 3], shape=shape)

    assert rows(flip(latent, "horizontal")) == [[1, 0], [3, 2]]
    assert rows(flip(latent, "vertical")) == [[2, 3], [0, 1]]
    assert rows(flip(latent, "both")) == [[3, 2], [1, 0]]


@SHAPES
def test_latents_are_turned_clockwise(shape: tuple[int, ...]) -> None:
    latent = grid([0, 1, 2], [3, 4, 5], shape=shape)

    assert rows(rotate(latent, 0)) == [[0, 1, 2], [3, 4, 5]]
    assert rows(rotate(latent, 1)) == [[3, 0], [4, 1], [5, 2]]
    assert rows(rotate(latent, 2)) == [[5, 4, 3], [2, 1, 0]]
    assert rows(rotate(latent, 3)) == [[2, 5], [1, 4], [0, 3]]


@SHAPES
def test_latents_are_enlarged(shape: tuple[int, ...]) -> None:
    latent = grid([0, 4], shape=shape)

    assert rows(upscale(latent, 2, "nearest")) == [[0, 0, 4, 4], [0, 0, 4, 4]]
    assert rows(upscale(latent, 2, "bilinear")) == [[0, 1, 3, 4], [0, 1, 3, 4]]
    assert rows(resize(latent, 32, 8, "bilinear")) == [[0, 1, 3, 4]]


def test_area_averages() -> None:
    assert rows(resize(grid([0, 4, 2, 8]), 16, 8, "area")) == [[2, 5]]


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic", "area"])
def test_what_is_even_stays_even(method: Method) -> None:
    found = upscale(grid([3, 3], [3, 3]), 1.5, method).samples

    assert found.shape == (1, 1, 3, 3)
    assert torch.allclose(found, torch.tensor(3.0))
