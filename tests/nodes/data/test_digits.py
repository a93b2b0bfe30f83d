import torch

from nodes.data.digits import cells_and_labels, digits, drawn


def test_the_set_is_the_one_that_scikit_learn_ships() -> None:
    cells, labels = cells_and_labels()
    # the first row of its digits.csv
    assert cells[0].flatten()[:16].tolist() == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]
    assert int(cells.sum()) == 561718
    assert labels.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_ink_is_white_in_the_middle_of_a_black_picture() -> None:
    pixels = drawn(torch.full((1, 8, 8), 16, dtype=torch.uint8), 32)
    assert pixels.shape == (1, 1, 32, 32)
    assert (pixels[0, 0, 5:27, 5:27] == 255).all()
    assert int(pixels.float().sum()) == 22 * 22 * 255


def test_every_digit_has_its_class_and_its_name() -> None:
    dataset = digits(size=16, count=10)
    assert dataset.pixels.shape == (10, 1, 16, 16)
    assert dataset.labels is not None
    assert dataset.labels.tolist() == list(range(10))
    assert dataset.captions[7] == ["seven"]
    assert dataset.classes[3] == "three"
