import pytest
import torch

from nodes.control.recolour import recolour
from nodes.image.patterns import solid


@pytest.mark.parametrize(
    ("colour", "lightness"),
    # L* of sRGB's primaries under D65, as in any table of CIELAB
    [("#000000", 0.0), ("#ffffff", 100.0), ("#ff0000", 53.24), ("#00ff00", 87.73), ("#0000ff", 32.30)],
)
def test_a_colour_becomes_as_light_as_it_looks(colour: str, lightness: float) -> None:
    grey = recolour(solid(2, 3, colour)).pixels

    torch.testing.assert_close(grey, torch.full((1, 3, 2, 3), lightness / 100), atol=1e-4, rtol=0)


def test_gamma_darkens() -> None:
    plain = recolour(solid(2, 2, "#808080")).pixels

    torch.testing.assert_close(recolour(solid(2, 2, "#808080"), gamma=2.0).pixels, plain**2)
