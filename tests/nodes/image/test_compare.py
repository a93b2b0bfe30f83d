import pytest
import torch

from engine.errors import ValueRefused
from nodes.image.compare import compare, psnr, ssim
from nodes.image.patterns import noise, solid
from nodes.values import Image


def test_equal_pictures() -> None:
    image = noise(16, 16).image

    assert compare(image, image)[1:] == (100.0, pytest.approx(1), 0.0, 0.0)


def test_psnr_of_an_even_difference() -> None:
    a, b = torch.zeros(1, 2, 2, 3), torch.full((1, 2, 2, 3), 0.1)

    assert psnr(a, b) == pytest.approx(20)


def test_ssim_equals_scikit_image() -> None:
    y, x, c = torch.meshgrid(torch.arange(24), torch.arange(32), torch.arange(3), indexing="ij")
    a = ((x * 7 + y * 13 + c * 29) % 64) / 64
    b = ((x * 7 + y * 13 + c * 29 + (x * y) % 5) % 64) / 64

    # scikit-image 0.26: structural_similarity(a, b, channel_axis=-1, gaussian_weights=True, sigma=1.5,
    # use_sample_covariance=False, data_range=1.0) and peak_signal_noise_ratio(a, b, data_range=1.0)
    assert ssim(a[None], b[None]) == pytest.approx(0.8399591163252196, abs=1e-9)
    assert psnr(a[None], b[None]) == pytest.approx(15.911024367024222, abs=1e-9)


def test_pictures_smaller_than_a_window_have_a_similarity_too() -> None:
    assert compare(solid(2, 2, "#ffffff"), solid(2, 2, "#ffffff")).ssim == pytest.approx(1)


def test_mean_and_largest_difference() -> None:
    a = Image(torch.tensor([0.0, 0.5]).reshape(1, 1, 2, 1))
    b = Image(torch.tensor([0.0, 1.0]).reshape(1, 1, 2, 1))

    found = compare(a, b)

    assert (found.mean, found.largest) == (0.25, 0.5)


def test_views() -> None:
    a, b = solid(2, 1, "#000000"), solid(2, 1, "#333333")

    def view(name) -> list[float]:
        return compare(a, b, name, gain=2.0).image.pixels[0, 0, :, 0].tolist()

    assert view("side by side") == pytest.approx([0, 0, 0.2, 0.2])
    assert view("split") == pytest.approx([0, 0.2])
    assert view("difference") == pytest.approx([0.4, 0.4])


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueRefused, match="one size"):
        compare(solid(2, 1), solid(1, 2))
