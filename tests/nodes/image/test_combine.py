import pytest
import torch

from engine.errors import ValueRefused
from nodes.image.combine import Mode, batch, blend, composite, flatten, unbatch
from nodes.image.patterns import solid
from nodes.values import Image, Mask


def rgb(image: Image, x: int = 0, y: int = 0) -> list[float]:
    return image.pixels[0, y, x].tolist()


def test_an_opaque_layer_covers_where_it_lies() -> None:
    placed = composite(solid(3, 2, "#ff0000"), solid(1, 1, "#0000ff"), x=2, y=1)

    assert rgb(placed, 2, 1) == [0, 0, 1]
    assert [rgb(placed, x, 0) for x in range(3)] == [[1, 0, 0]] * 3


@pytest.mark.parametrize(("x", "y"), [(-3, 0), (3, 0), (0, 5), (0, -9)])
def test_a_layer_that_lies_outside_changes_nothing(x: int, y: int) -> None:
    base = solid(3, 2, "#336699")

    assert torch.equal(composite(base, solid(3, 2, "#0000ff"), x=x, y=y).pixels, base.pixels)


def test_alpha_mask_and_opacity_multiply() -> None:
    half = Mask(torch.full((1, 1, 1), 0.5))

    mixed = composite(solid(1, 1, "#000000"), solid(1, 1, "#ffffff80"), half, opacity=0.5)

    assert rgb(mixed)[0] == pytest.approx(128 / 255 / 4)


def test_over_a_transparent_base_the_layer_keeps_its_colour() -> None:
    mixed = composite(solid(1, 1, "#00ff0000"), solid(1, 1, "#ff000080"))

    assert rgb(mixed) == pytest.approx([1, 0, 0, 128 / 255])


def test_two_translucent_pictures() -> None:
    mixed = composite(solid(1, 1, "#0000ff80"), solid(1, 1, "#ff000080"))

    alpha = 128 / 255
    total = alpha + alpha * (1 - alpha)
    assert rgb(mixed) == pytest.approx([alpha / total, 0, alpha * (1 - alpha) / total, total])


def test_one_layer_is_laid_over_every_picture_and_many_over_one() -> None:
    many, one = Image(torch.zeros(3, 1, 1, 3)), solid(1, 1, "#ffffff")

    assert composite(many, one).pixels.flatten().tolist() == [1] * 9
    assert composite(one, many).pixels.flatten().tolist() == [0] * 9


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ValueRefused, match="the layer's size, 1×1, got 2×3"):
        composite(solid(4, 4), solid(1, 1), Mask(torch.zeros(1, 3, 2)))


def test_flattening_lays_on_a_ground() -> None:
    assert rgb(flatten(solid(1, 1, "#ff000033"), "#ffffff")) == pytest.approx([1, 0.8, 0.8])
    assert flatten(solid(1, 1, "#ff0000")).pixels.shape[-1] == 3


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("normal", 0.2),
        ("multiply", 0.16),
        ("screen", 0.84),
        ("overlay", 0.68),
        ("darken", 0.2),
        ("lighten", 0.8),
        ("add", 1.0),
        ("subtract", 0.6),
        ("difference", 0.6),
        ("hard light", 0.32),
        ("soft light", 0.704),
    ],
)
def test_blending_a_fifth_onto_four_fifths(mode: Mode, expected: float) -> None:
    a, b = Image(torch.full((1, 1, 1, 1), 0.8)), Image(torch.full((1, 1, 1, 1), 0.2))

    assert blend(a, b, 1.0, mode).pixels.item() == pytest.approx(expected, abs=1e-6)
    assert blend(a, b, 0.5, mode).pixels.item() == pytest.approx((0.8 + expected) / 2, abs=1e-6)


def test_a_batch_of_the_most_channels() -> None:
    gathered = batch([solid(2, 1, "#ff0000"), solid(2, 1, "#00ff0080")])

    assert gathered.pixels.shape == (2, 1, 2, 4)
    assert [image.pixels.shape for image in unbatch(gathered)] == [(1, 1, 2, 4)] * 2
    assert torch.equal(unbatch(gathered)[0].pixels[..., :3], solid(2, 1, "#ff0000").pixels)


def test_pictures_of_two_sizes_are_no_batch() -> None:
    with pytest.raises(ValueRefused, match="got 2×1, 1×2"):
        batch([solid(2, 1), solid(1, 2)])
    with pytest.raises(ValueRefused, match="an empty one"):
        batch([])
