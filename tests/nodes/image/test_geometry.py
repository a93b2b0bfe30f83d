import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from engine.errors import ValueRefused
from nodes.image import geometry
from nodes.image.patterns import gradient, noise
from nodes.image.planes import Filter
from nodes.values import Image


def rows(*values: list[float]) -> Image:
    """A grey picture."""
    return Image(torch.tensor(values)[None, ..., None])


def grey(image: Image) -> list[list[float]]:
    return image.pixels[0, ..., 0].tolist()


def test_size_measures_a_batch() -> None:
    assert geometry.size(Image(torch.zeros(5, 2, 3, 4))) == (3, 2, 5, 4)


@pytest.mark.parametrize("filter", ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"])
def test_resizing_equals_pillow_up_to_its_rounding(filter: Filter) -> None:
    pixels = (76 + noise(40, 30, seed=3).image.pixels * 100).round() / 255
    picture = Pillow.fromarray((pixels[0] * 255).round().to(torch.uint8).numpy())

    ours = geometry.resize(Image(pixels), 23, 50, filter=filter).pixels

    theirs = torch.from_numpy(np.array(picture.resize((23, 50), Pillow.Resampling[filter.upper()]))) / 255
    # Pillow rounds to 8 bits after each axis, and negative weights enlarge the first rounding
    assert (ours[0] - theirs).abs().max() <= 1.5 / 255


def test_resizing_keeps_more_than_eight_bits() -> None:
    image = gradient(1000, 1, "#000000", "#010101")

    assert geometry.resize(image, 500, 1).pixels.unique().numel() > 400


@pytest.mark.parametrize(
    ("fit", "width", "height"), [("stretch", 40, 40), ("inside", 40, 20), ("cover", 40, 40)]
)
def test_fit_chooses_the_proportions(fit, width: int, height: int) -> None:
    resized = geometry.resize(Image(torch.zeros(1, 100, 200, 3)), 40, 40, fit)

    assert resized.pixels.shape == (1, height, width, 3)


def test_covering_cuts_both_sides_off_alike() -> None:
    image = rows([0.0, 0.25, 0.75, 1.0], [0.0, 0.25, 0.75, 1.0])

    assert grey(geometry.resize(image, 2, 2, "cover")) == [[0.25, 0.75], [0.25, 0.75]]


def test_hidden_colours_do_not_bleed() -> None:
    seen, hidden = [1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]
    image = Image(torch.tensor([[[seen, hidden]]]))

    (pixel,) = geometry.resize(image, 1, 1, filter="box").pixels[0, 0].tolist()

    assert pixel == [1.0, 0.0, 0.0, 0.5]


def test_scaling_rounds_to_whole_pixels() -> None:
    assert geometry.scale(Image(torch.zeros(1, 3, 5, 3)), 1.5).pixels.shape == (1, 4, 8, 3)
    assert geometry.scale(Image(torch.zeros(1, 3, 5, 3)), 0.01).pixels.shape == (1, 1, 1, 3)


def test_the_bits_of_the_file_are_kept() -> None:
    assert geometry.scale(Image(torch.zeros(1, 4, 4, 3), bits=16), 0.5).bits == 16


def test_cropping_keeps_a_rectangle() -> None:
    image = rows([0.0, 0.1, 0.2], [0.3, 0.4, 0.5])

    assert geometry.crop(image, 1, 0, 2, 1).pixels.flatten().tolist() == pytest.approx([0.1, 0.2])


def test_cropping_beyond_the_picture_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"within the picture's 3×2, got 3×2 at \(1, 0\)"):
        geometry.crop(Image(torch.zeros(1, 2, 3, 1)), 1, 0, 3, 2)


def test_a_border_of_a_colour() -> None:
    padded = geometry.pad(rows([0.5]), left=1, bottom=1, colour="#ffffff")

    assert grey(padded.image) == [[1, 0.5], [1, 1]]
    assert padded.mask.pixels.tolist() == [[[1, 0], [1, 1]]]


def test_a_translucent_border_gives_alpha() -> None:
    padded = geometry.pad(rows([0.5]), right=1, colour="#ff000000")

    assert padded.image.pixels[0, 0].tolist() == [[0.5, 0.5, 0.5, 1], [1, 0, 0, 0]]


def test_a_border_of_the_edge_or_of_the_mirrored_picture() -> None:
    image = rows([0.0, 0.25, 0.75])

    assert grey(geometry.pad(image, left=2, fill="edge").image) == [[0, 0, 0, 0.25, 0.75]]
    assert grey(geometry.pad(rows([0, 0.25, 0.75], [0, 0.25, 0.75]), left=2, fill="mirror").image)[0] == [
        0.75,
        0.25,
        0,
        0.25,
        0.75,
    ]


def test_a_mirrored_border_as_wide_as_the_picture_is_refused() -> None:
    with pytest.raises(ValueRefused, match="narrower than the picture"):
        geometry.pad(rows([0.0, 1.0], [0.0, 1.0]), left=2, fill="mirror")


def test_a_border_of_noise_is_that_of_its_seed() -> None:
    image = Image(torch.full((2, 1, 2, 4), 0.5))

    one, same, other = (geometry.pad(image, right=2, fill="noise", seed=seed).image for seed in (1, 1, 2))
    assert torch.equal(one.pixels, same.pixels)
    assert not torch.equal(one.pixels, other.pixels)
    assert one.pixels[:, :, :2].unique().tolist() == [0.5]
    assert one.pixels[:, :, 2:, :3].unique().numel() == 12
    assert one.pixels[..., 3].unique().tolist() == [0.5, 1]


def test_the_mask_of_a_border_fades_into_the_picture() -> None:
    """Where a side's border and another's fade, the higher mask counts; a side without one has none."""
    image = Image(torch.zeros(1, 3, 5, 1))

    right = geometry.pad(image, right=1, feather=2).mask.pixels
    assert right.tolist() == [[[0, 0, 0, 0.25, 0.75, 1]] * 3]
    corner = geometry.pad(image, left=1, top=1, feather=2).mask.pixels
    assert corner[0, 1:, 1:].tolist() == [
        [0.75, 0.75, 0.75, 0.75, 0.75],
        [0.75, 0.25, 0.25, 0.25, 0.25],
        [0.75, 0.25, 0, 0, 0],
    ]
    assert corner[0, 0].tolist() == [1] * 6


@pytest.mark.parametrize("fill", ["colour", "edge", "mirror", "noise"])
def test_a_bordered_picture_is_whole_in_memory(fill) -> None:
    padded = geometry.pad(Image(torch.rand(2, 4, 4, 3)), left=2, bottom=1, fill=fill, feather=1)

    assert padded.image.pixels.is_contiguous()
    assert padded.mask.pixels.is_contiguous()


def test_flipping() -> None:
    image = rows([0.0, 0.25], [0.5, 0.75])

    assert grey(geometry.flip(image, "horizontal")) == [[0.25, 0], [0.75, 0.5]]
    assert grey(geometry.flip(image, "vertical")) == [[0.5, 0.75], [0, 0.25]]
    assert grey(geometry.flip(image, "both")) == [[0.75, 0.5], [0.25, 0]]


def test_quarter_turns_go_clockwise_and_change_no_pixel() -> None:
    image = rows([0.0, 0.25, 0.5])

    assert grey(geometry.rotate(image, 90.0)) == [[0], [0.25], [0.5]]
    assert grey(geometry.rotate(image, 180.0)) == [[0.5, 0.25, 0]]
    assert grey(geometry.rotate(image, -90.0)) == [[0.5], [0.25], [0]]


def test_other_turns_make_room_and_show_the_colour_in_the_corners() -> None:
    image = Image(torch.ones(1, 20, 20, 3))

    turned = geometry.rotate(image, 45.0, colour="#0000ff").pixels

    assert turned.shape[1:3] == (30, 30)
    assert turned[0, 0, 0].tolist() == [0, 0, 1]
    assert turned[0, 15, 15].tolist() == pytest.approx([1, 1, 1])


def test_a_turn_goes_clockwise() -> None:
    pixels = torch.zeros(1, 101, 101, 1)
    pixels[0, 8:13, 48:53] = 1  # twelve o'clock

    turned = geometry.rotate(Image(pixels), 30.0, expand=False, colour="#000000").pixels[0, ..., 0]

    row, column = divmod(int(turned.argmax()), 101)
    # one o'clock, 40 pixels from the centre
    assert (row, column) == (pytest.approx(50 - 40 * 0.866, abs=3), pytest.approx(50 + 40 * 0.5, abs=3))


def test_translucent_corners_give_alpha() -> None:
    turned = geometry.rotate(Image(torch.ones(1, 20, 20, 3)), 45.0).pixels

    assert turned.shape[-1] == 4
    assert turned[0, 0, 0, 3] == 0
