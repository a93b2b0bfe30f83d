"""Colours that tell classes."""

import pytest
import torch

from engine.errors import ValueRefused
from nodes.data.colours import colour_by_class
from nodes.data.digits import digits
from nodes.data.emoji import emoji


def test_each_class_has_a_hue_in_even_steps_and_black_stays() -> None:
    dataset = digits(size=16, count=20)
    painted = colour_by_class(dataset)
    assert dataset.labels is not None
    assert painted.pixels.shape == (20, 3, 16, 16)
    zero, five = (int((dataset.labels == digit).nonzero()[0]) for digit in (0, 5))
    black = torch.zeros_like(dataset.pixels[0, 0])
    assert torch.equal(painted.pixels[zero], torch.stack([dataset.pixels[zero, 0], black, black]))
    assert torch.equal(
        painted.pixels[five], torch.stack([black, dataset.pixels[five, 0], dataset.pixels[five, 0]])
    )


def test_what_has_no_classes_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"expected samples in grey with classes, such as data\.digits"):
        colour_by_class(emoji(2, recolour=False))


def test_what_has_colours_already_is_refused() -> None:
    with pytest.raises(ValueRefused, match="got colours"):
        colour_by_class(colour_by_class(digits(size=16, count=2)))
