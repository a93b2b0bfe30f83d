import pytest
import torch

from engine.errors import ValueRefused
from nodes.image.grid import grid
from nodes.image.patterns import solid
from nodes.values import Image


def test_pictures_stand_in_rows_with_gaps_between_and_around() -> None:
    pictures = [solid(2, 1, colour) for colour in ("#ff0000", "#00ff00", "#0000ff")]

    sheet = grid(pictures, columns=2, gap=1, background="#000000").pixels

    red, green, blue, none = [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]
    assert sheet[0].tolist() == [
        [none] * 7,
        [none, red, red, none, green, green, none],
        [none] * 7,
        [none, blue, blue, none, none, none, none],
        [none] * 7,
    ]


def test_without_a_number_of_columns_the_sheet_is_about_square() -> None:
    sheet = grid([Image(torch.zeros(7, 10, 10, 3))], gap=0).pixels

    assert sheet.shape == (1, 30, 30, 3)


def test_a_smaller_picture_stands_in_the_middle_of_its_cell() -> None:
    sheet = grid([solid(3, 3, "#ffffff"), solid(1, 1, "#ffffff")], columns=2, gap=0, background="#000000")

    assert sheet.pixels[0, :, 3:, 0].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_the_background_shines_through_translucent_pictures() -> None:
    sheet = grid([solid(1, 1, "#ff000000")], gap=0, background="#336699")

    assert (sheet.pixels[0, 0, 0] * 255).round().tolist() == [0x33, 0x66, 0x99]


@pytest.mark.parametrize(("background", "text"), [("#ffffff", 0.0), ("#000000", 1.0)])
def test_a_label_is_written_below_in_black_or_white(background: str, text: float) -> None:
    sheet = grid([solid(60, 20, "#ff0000")], ["frog"], gap=0, background=background, text_size=14).pixels

    strip = sheet[0, 20:]
    assert strip.shape == (21, 60, 3)
    assert (strip == text).all(-1).any()
    assert 20 < ((strip - text).abs().mean(-1) < 0.5).sum() < 400


def test_a_long_label_stays_within_its_cell() -> None:
    pictures = [solid(40, 10), solid(40, 10)]

    sheet = grid(
        pictures, ["a label that is far too long", ""], columns=2, gap=4, background="#ffffff"
    ).pixels

    assert (sheet[0, 14:, 44:] == 1).all()
    assert (sheet[0, 14:, :44] < 0.5).any()


def test_labels_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueRefused, match="a label for each of 2 pictures, got 1 labels"):
        grid([solid(1, 1), solid(1, 1)], ["one"])


def test_a_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueRefused, match="an empty one"):
        grid([])
