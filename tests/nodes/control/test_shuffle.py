import torch

from nodes.control.shuffle import shuffle
from nodes.image.patterns import gradient, solid
from nodes.values import Image


def test_equal_seeds_stir_alike_and_others_do_not(coffee: Image) -> None:
    first = shuffle(coffee, 128, seed=4).pixels

    assert torch.equal(shuffle(coffee, 128, seed=4).pixels, first)
    assert not torch.equal(shuffle(coffee, 128, seed=5).pixels, first)


def test_pixels_come_from_all_over_the_picture() -> None:
    stirred = shuffle(gradient(64, 48), 16, seed=1).pixels

    assert stirred.shape == (1, 48, 64, 3)
    assert stirred.min() < 0.01
    assert stirred.max() > 0.99


def test_content_moves_and_colours_stay(coffee: Image) -> None:
    stirred = shuffle(coffee, 128).pixels
    pair = torch.stack([stirred.flatten(), coffee.pixels.flatten()])

    assert torch.corrcoef(pair)[0, 1] < 0.6
    assert (stirred.mean((0, 1, 2)) - coffee.pixels.mean((0, 1, 2))).abs().max() < 0.1
    torch.testing.assert_close(shuffle(solid(32, 32, "#336699")).pixels, solid(32, 32, "#336699").pixels)


def test_all_pictures_of_a_batch_are_stirred_alike(coffee: Image) -> None:
    stirred = shuffle(Image(torch.cat([coffee.pixels, 1 - coffee.pixels]))).pixels

    assert stirred.is_contiguous()
    torch.testing.assert_close(stirred[1], 1 - stirred[0])
