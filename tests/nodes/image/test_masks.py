import pytest
import torch

from engine.errors import ValueRefused
from nodes.image import masks
from nodes.image.patterns import solid
from nodes.values import Image, Mask


def mask(*rows: list[float]) -> Mask:
    return Mask(torch.tensor(rows, dtype=torch.float32)[None])


def rows(mask: Mask) -> list[list[float]]:
    return mask.pixels[0].tolist()


@pytest.mark.parametrize(
    ("channel", "value"),
    [("alpha", 0.4), ("red", 1.0), ("green", 0.2), ("blue", 0.0), ("brightness", 0.299 + 0.2 * 0.587)],
)
def test_a_channel_becomes_a_mask(channel: masks.Channel, value: float) -> None:
    assert masks.from_image(solid(1, 1, "#ff330066"), channel).pixels.item() == pytest.approx(value)


def test_a_picture_without_alpha_is_opaque() -> None:
    assert masks.from_image(solid(1, 1, "#ff3300"), "alpha").pixels.item() == 1


def test_a_mask_becomes_a_grey_picture_and_back() -> None:
    image = masks.to_image(mask([0.0, 0.5]))

    assert image.pixels.shape == (1, 1, 2, 1)
    assert rows(masks.from_image(image)) == [[0.0, 0.5]]


def test_a_mask_becomes_the_alpha_of_every_picture() -> None:
    image = masks.to_alpha(Image(torch.ones(2, 1, 2, 1)), mask([0.0, 0.5]))

    assert image.pixels.shape == (2, 1, 2, 4)
    assert image.pixels[1, 0, :, 3].tolist() == [0.0, 0.5]


def test_inverting_and_thresholding() -> None:
    assert rows(masks.invert(mask([0.0, 0.25, 1.0]))) == [[1.0, 0.75, 0.0]]
    assert rows(masks.threshold(mask([0.0, 0.5, 1.0]), 0.5)) == [[0, 1, 1]]


def test_growing_and_shrinking() -> None:
    dot = mask([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1])

    grown = masks.grow(dot, 1)

    assert rows(grown) == [[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert rows(masks.grow(grown, -1)) == rows(dot)
    assert rows(masks.grow(dot, 0)) == rows(dot)


def test_feathering_makes_an_edge_soft() -> None:
    edge = mask([0.0] * 20 + [1.0] * 20)

    (soft,) = rows(masks.feather(edge, 2.0))

    assert soft == sorted(soft)
    assert soft[19] + soft[20] == pytest.approx(1)
    assert (soft[0], soft[-1]) == (0, 1)


def test_resizing() -> None:
    assert rows(masks.resize(mask([0.0, 1.0]), 4, 1, "nearest")) == [[0, 0, 1, 1]]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("union", [0, 1, 1, 1]),
        ("intersection", [0, 0, 0, 1]),
        ("difference", [0, 1, 0, 0]),
        ("exclusion", [0, 1, 1, 0]),
    ],
)
def test_combining(how, expected: list[float]) -> None:
    assert rows(masks.combine(mask([0, 1, 0, 1]), mask([0, 0, 1, 1]), how)) == [expected]


def test_a_rectangle_covers_the_pixels_whose_middles_lie_inside() -> None:
    drawn = masks.shape(4, 4, "rectangle", left=0.25, top=0.5, right=1.0, bottom=1.0)

    assert rows(drawn) == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 1], [0, 1, 1, 1]]


def test_an_ellipse_covers_its_share_of_the_box() -> None:
    drawn = masks.shape(400, 200, "ellipse", 0.0, 0.0, 1.0, 1.0).pixels

    assert drawn.mean().item() == pytest.approx(3.14159 / 4, abs=1e-3)


def test_a_shape_without_an_inside_is_refused() -> None:
    with pytest.raises(ValueRefused, match="left before right"):
        masks.shape(4, 4, left=0.5, right=0.5)


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"a mask of 2×1 .* got one of 1×1"):
        masks.to_alpha(solid(2, 1), mask([1.0]))
    with pytest.raises(ValueRefused, match=r"a mask of 2×1 .* got one of 1×1"):
        masks.combine(mask([1.0, 1.0]), mask([1.0]))
