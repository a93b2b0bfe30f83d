import math

import pytest
import torch

from engine.errors import ValueRefused
from nodes.data.augment import augment, transformed
from nodes.data.batches import batch
from nodes.data.digits import digits
from nodes.data.values import Batch

DIGITS = batch(digits(), 0, 12)
NONE = torch.zeros(12)
PLACE = torch.zeros(12, 2)
PLAIN = torch.ones(12)


def test_a_sample_that_is_not_changed_is_itself() -> None:
    same = augment(DIGITS, shift=0)
    assert torch.allclose(same.samples, DIGITS.samples, atol=1e-5)
    assert torch.equal(same.labels, DIGITS.labels)  # pyright: ignore[reportArgumentType]


def test_samples_are_moved_by_whole_pixels_to_the_right_and_down() -> None:
    moved = transformed(DIGITS.samples, NONE, torch.tensor([2.0, -1.0]).expand(12, 2), PLAIN)
    assert torch.allclose(moved, DIGITS.samples.roll((-1, 2), (2, 3)), atol=1e-5)


def test_a_quarter_turn_goes_anticlockwise() -> None:
    turned = transformed(DIGITS.samples, torch.full((12,), math.pi / 2), PLACE, PLAIN)
    assert torch.allclose(turned, DIGITS.samples.rot90(1, (2, 3)), atol=1e-4)


def test_a_mirrored_sample_is_moved_to_the_same_side_as_another() -> None:
    moved = transformed(DIGITS.samples, NONE, torch.tensor([2.0, 0.0]).expand(12, 2), -PLAIN)
    assert torch.allclose(moved, DIGITS.samples.flip(3).roll(2, 3), atol=1e-5)


def test_the_edges_go_on_into_what_comes_in() -> None:
    white = Batch(torch.ones(4, 3, 8, 8))
    changed = augment(white, shift=4, rotation=90, mirror=True)
    assert torch.allclose(changed.samples, white.samples, atol=1e-5)


def test_equal_seeds_and_indices_change_samples_equally_and_others_do_not() -> None:
    first = augment(DIGITS, 3, 2, 10, True, seed=1)
    assert torch.equal(first.samples, augment(DIGITS, 3, 2, 10, True, seed=1).samples)
    assert not torch.equal(first.samples, augment(DIGITS, 4, 2, 10, True, seed=1).samples)
    assert not torch.equal(first.samples, augment(DIGITS, 3, 2, 10, True, seed=2).samples)


def test_about_half_of_the_samples_are_mirrored() -> None:
    ramp = torch.linspace(-1, 1, 8).expand(400, 1, 8, 8)
    mirrored = augment(Batch(ramp), shift=0, mirror=True).samples[:, 0, 0, 0] > 0
    assert 160 <= int(mirrored.sum()) <= 240


def test_points_are_no_pictures() -> None:
    with pytest.raises(ValueRefused, match="a batch of pictures"):
        augment(Batch(torch.zeros(4, 2)))
