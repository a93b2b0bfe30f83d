import torch

from nodes.data.emoji import emoji
from nodes.data.recolour import recoloured
from nodes.train.metrics import main_colour, nearest


def known() -> torch.Tensor:
    return emoji(40, recolour=False).pixels.float() / 255


def test_a_picture_is_nearest_to_itself() -> None:
    assert nearest(known(), known()).tolist() == list(range(40))


def test_a_mirrored_and_recoloured_picture_is_nearest_to_the_one_it_was() -> None:
    turned = recoloured(known()[0].permute(1, 2, 0), "blue", "hue").permute(2, 0, 1)
    assert nearest(turned[None].flip(3), known()).tolist() == [0]


def test_the_main_colour_of_a_recoloured_picture_is_the_one_asked() -> None:
    picture = known()[0].permute(1, 2, 0)
    for colour in ("red", "green", "turquoise", "purple", "pink"):
        assert main_colour(recoloured(picture, colour, "hue").permute(2, 0, 1)) == colour
