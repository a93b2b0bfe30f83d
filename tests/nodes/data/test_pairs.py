"""Pictures with what is to be made of them."""

import pytest
import torch

from engine.errors import ValueRefused
from nodes.control.edges import canny
from nodes.data.augment import augment
from nodes.data.batches import batch
from nodes.data.digits import digits
from nodes.data.emoji import emoji
from nodes.data.pairs import edges, paired_batch
from nodes.values import Image


def test_samples_and_targets_are_of_the_same_places_in_the_order_of_a_batch() -> None:
    small, large = digits(size=16, count=10), digits(size=32, count=10)
    pair = paired_batch(small, large, 1, 6, seed=3)
    assert torch.equal(pair.samples, batch(small, 1, 6, seed=3).samples)
    assert pair.targets is not None
    assert torch.equal(pair.targets, batch(large, 1, 6, seed=3).samples)
    labels = batch(large, 1, 6, seed=3).labels
    assert pair.labels is not None
    assert labels is not None
    assert torch.equal(pair.labels, labels)


def test_datasets_of_two_sizes_are_no_pairs() -> None:
    with pytest.raises(ValueRefused, match="expected 10 targets, one for each input, got 9"):
        paired_batch(digits(size=16, count=10), digits(size=16, count=9))


def test_edges_are_canny_s_in_one_channel() -> None:
    dataset = emoji(3, recolour=False)
    lines = edges(dataset)
    pictures = Image(dataset.pixels.permute(0, 2, 3, 1).float() / 255)
    by_hand = canny(pictures, 0.1, 0.3, 1.0).pixels[..., 0]
    assert lines.pixels.shape == (3, 1, 64, 64)
    assert lines.pixels.stride() == torch.empty(3, 1, 64, 64).stride()  # as they come out of the store
    assert torch.equal(lines.pixels[:, 0] / 255, by_hand)
    assert lines.names == dataset.names


def test_what_is_moved_at_random_takes_its_target_along() -> None:
    pair = paired_batch(digits(size=16, count=10), digits(size=16, count=10), 0, 8)
    moved = augment(pair, 1, shift=3, rotation=20, mirror=True)
    assert moved.targets is not None
    assert torch.equal(moved.targets, moved.samples)
    assert not torch.equal(moved.targets, pair.samples)
