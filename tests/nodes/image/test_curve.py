import pytest
import torch
from scipy.interpolate import PchipInterpolator

from engine.errors import ValueRefused
from nodes.image.curve import curve, monotone
from nodes.image.patterns import gradient, noise, solid


def test_a_straight_line_changes_nothing() -> None:
    image = noise(8, 8).image

    assert curve(image) is image
    torch.testing.assert_close(curve(image, [[1, 1], [0, 0]]).pixels, image.pixels)


def test_the_curve_goes_through_its_points_and_is_level_beside_them() -> None:
    points = [(0.25, 0.5), (0.5, 0.0), (0.75, 1.0)]
    at = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0])

    assert monotone(at, points).tolist() == [0.5, 0.5, 0.0, 1.0, 1.0]


def test_between_two_points_it_keeps_to_their_range() -> None:
    points = [(0.0, 0.0), (0.1, 0.9), (0.9, 0.91), (1.0, 1.0)]
    risen = monotone(torch.linspace(0, 1, 1001), points)

    assert (risen.diff() >= -1e-6).all()
    assert (risen[0].item(), risen[-1].item()) == (0, 1)


def test_an_even_grid_of_points_gives_the_curve_of_pchip_inside() -> None:
    points = [(0.0, 0.1), (0.25, 0.3), (0.5, 0.9), (0.75, 0.8), (1.0, 0.2)]
    at = torch.linspace(0.25, 0.75, 101, dtype=torch.float64)
    told = PchipInterpolator([x for x, _ in points], [y for _, y in points])(at.numpy())

    assert monotone(at, points).tolist() == pytest.approx(told.tolist(), abs=1e-12)


def test_alpha_stays() -> None:
    turned = curve(solid(1, 1, "#ff000033"), [[0, 1], [1, 0]])

    assert turned.pixels.flatten().tolist() == pytest.approx([0, 1, 1, 0.2])


@pytest.mark.parametrize("apart", [0, 1e-9])
def test_points_above_each_other_are_refused(apart: float) -> None:
    with pytest.raises(ValueRefused, match="one above the other"):
        curve(gradient(8, 8), [[0.5, 0], [0.5 + apart, 1]])
