import pytest
import torch

from engine.errors import ValueRefused
from nodes.image.channels import alike, luminance, premultiplied, straight, with_channels


def pixel(*values: float) -> torch.Tensor:
    return torch.tensor(values).reshape(1, 1, 1, -1)


def test_channels_are_added_and_none_is_lost() -> None:
    assert with_channels(pixel(0.5), 3).tolist() == pixel(0.5, 0.5, 0.5).tolist()
    assert with_channels(pixel(0.5), 4).tolist() == pixel(0.5, 0.5, 0.5, 1).tolist()
    assert with_channels(pixel(0.25, 0.5, 1), 4).tolist() == pixel(0.25, 0.5, 1, 1).tolist()


def test_brightness_is_weighted_as_the_eye_sees() -> None:
    assert luminance(pixel(0.0, 1, 0)).item() == pytest.approx(0.587)
    assert luminance(pixel(1.0, 1, 1, 0)).item() == pytest.approx(1)
    assert luminance(pixel(0.5)).item() == 0.5


def test_multiplying_alpha_in_and_out_again() -> None:
    assert premultiplied(pixel(1, 0.5, 0, 0.5)).tolist() == pixel(0.5, 0.25, 0, 0.5).tolist()
    assert straight(pixel(0.5, 0.25, 0, 0.5)).tolist() == pixel(1, 0.5, 0, 0.5).tolist()
    assert straight(pixel(0, 0, 0, 0)).tolist() == pixel(0, 0, 0, 0).tolist()


def test_pictures_get_the_most_channels_and_the_largest_number() -> None:
    grey, colour = alike(torch.zeros(1, 2, 3, 1), torch.zeros(5, 2, 3, 4))

    assert grey.shape == colour.shape == (5, 2, 3, 4)


def test_pictures_of_two_sizes_are_not_alike() -> None:
    with pytest.raises(ValueRefused, match=r"one size .* got 3×2 and 4×2"):
        alike(torch.zeros(1, 2, 3, 1), torch.zeros(1, 2, 4, 1))


def test_batches_of_two_lengths_are_not_alike() -> None:
    with pytest.raises(ValueRefused, match=r"one number of pictures, .* got 2 and 3"):
        alike(torch.zeros(2, 1, 1, 1), torch.zeros(3, 1, 1, 1))
