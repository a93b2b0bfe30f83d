import pytest
import torch

from nodes.image.tiles import Window, windows


def test_what_fits_into_a_tile_is_one_window() -> None:
    assert windows(64, 64, 16) == [Window(0, 64, 0, 64, 4)]


def test_cores_are_about_equal_and_windows_overlap() -> None:
    assert windows(100, 64, 16) == [Window(0, 66, 0, 50, 4), Window(34, 100, 50, 100, 4)]


def test_a_window_fades_over_the_quarter_of_the_overlap_that_is_nearest_to_its_core() -> None:
    window = Window(0, 12, 0, 8, 1)

    assert window.weights(1).tolist() == [1, 1, 1, 1, 1, 1, 1, 0.75, 0.25, 0, 0, 0]
    assert window.weights(2)[13:20].tolist() == [1, 0.875, 0.625, 0.375, 0.125, 0, 0]


@pytest.mark.parametrize(
    ("length", "tile", "overlap", "scale"),
    [(100, 32, 16, 4), (65, 64, 64, 2), (301, 40, 0, 3), (97, 32, 4, 1)],
)
def test_the_weights_of_all_windows_add_up_to_one(length: int, tile: int, overlap: int, scale: int) -> None:
    total = torch.zeros(length * scale)

    for window in windows(length, tile, overlap):
        total[window.start * scale : window.stop * scale] += window.weights(scale)

    torch.testing.assert_close(total, torch.ones_like(total))
