import pytest
import torch

from engine.errors import ValueRefused
from nodes.autoencoder.scatter import COLOURS, PAPER, flattened, scatter
from nodes.autoencoder.use import noise
from nodes.autoencoder.values import FAMILY, Codes
from nodes.image.ink import ink
from nodes.values import Latent


def codes(*rows: tuple[float, ...]) -> Codes:
    return Latent(torch.tensor(rows)[:, :, None, None], FAMILY, 1)


def at(pixels: torch.Tensor, x: float, y: float) -> list[float]:
    """The colour at a place of the square of points, 0..1 from the lower left corner."""
    return pixels[0, round(44 + (1 - y) * 200), round(44 + x * 200)].tolist()


def test_codes_of_two_numbers_lie_where_they_are() -> None:
    flat = flattened(codes((1.0, 2.0), (3.0, 4.0)).samples)

    assert flat.places.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert flat.axes == ("first number", "second number")


def test_codes_of_more_numbers_lie_along_the_ways_in_which_they_differ_most() -> None:
    # variances 32 : 8 : 0 along the third, the first, and the second number
    flat = flattened(codes((2.0, 5.0, 4.0), (-2.0, 5.0, 4.0), (2.0, 5.0, -4.0), (-2.0, 5.0, -4.0)).samples)

    assert flat.places == pytest.approx(torch.tensor([[4.0, 2.0], [4.0, -2.0], [-4.0, 2.0], [-4.0, -2.0]]))
    assert flat.axes == ("component 1 of 3 (80% of the variance)", "component 2 of 3 (20% of the variance)")


def test_cells_of_a_codebook_count_as_so_many_numbers() -> None:
    drawn = torch.randn(5, 4, 2, 2, generator=torch.Generator().manual_seed(0))

    assert flattened(drawn).axes[0].startswith("component 1 of 16 (")


def test_points_have_the_colour_of_their_class() -> None:
    page = scatter(codes((0.07, 0.07), (1.07, 1.07)), [0, 3], size=200).pixels
    margin = 0.03 / 1.06

    for place, label in ((margin, 0), (1 - margin, 3)):
        wanted = torch.lerp(ink(PAPER, 3), ink(COLOURS[label], 3), 190 / 255)
        assert at(page, place, place) == pytest.approx(wanted.tolist(), abs=0.02)
    assert at(page, margin + 0.07, 1 - margin - 0.07) == pytest.approx(ink(PAPER, 3).tolist())


def test_the_legend_names_the_classes_that_are_there() -> None:
    points = noise(6, 2).codes
    without = scatter(points, size=200).pixels
    short, long = (
        scatter(points, [0, 1] * 3, names, size=200).pixels for names in (["a", "b"], ["a", "bbbb"])
    )

    assert without.shape == (1, 288, 288, 3)
    assert 288 < short.shape[2] < long.shape[2]
    assert torch.equal(short[:, :, :250], long[:, :, :250])


def test_classes_after_the_tenth_have_colours_of_their_own() -> None:
    page = scatter(noise(12, 2).codes, list(range(12)), size=200).pixels

    legend = page[0, :, 288 - 22, :]
    assert len({tuple(colour) for colour in (legend * 255).round().int().tolist()}) >= 12


def test_equal_codes_can_be_drawn() -> None:
    assert scatter(codes((1.0, 1.0), (1.0, 1.0)), size=200).pixels.shape == (1, 288, 288, 3)


def test_what_is_no_scatter_is_refused() -> None:
    with pytest.raises(ValueRefused, match="at least two codes"):
        scatter(noise(1, 2).codes)
    with pytest.raises(ValueRefused, match="a class for each of 4 codes, got 2"):
        scatter(noise(4, 2).codes, [0, 1])
