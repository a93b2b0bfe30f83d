import pytest
import torch

from engine.declare.codec import decode, encode
from engine.errors import ValueRefused
from nodes.data.batches import batch
from nodes.data.choose import split
from nodes.data.digits import digits

TEN = digits(size=16, count=10)


def labels(index: int, size: int, seed: int = 0) -> list[int]:
    found = batch(TEN, index, size, seed).labels
    assert found is not None
    return found.tolist()


def test_a_round_takes_every_sample_once() -> None:
    assert sorted(labels(0, 5) + labels(1, 5)) == list(range(10))


def test_every_round_has_an_order_of_its_own() -> None:
    assert labels(0, 10) != labels(1, 10)
    assert sorted(labels(1, 10)) == list(range(10))


def test_a_batch_goes_over_the_end_of_a_round() -> None:
    whole = labels(0, 10) + labels(1, 10) + labels(2, 10)
    assert labels(0, 7) + labels(1, 7) + labels(2, 7) + labels(3, 7) == whole[:28]
    assert labels(0, 25) == whole[:25]


def test_the_order_follows_the_seed() -> None:
    assert labels(0, 10, 1) == labels(0, 10, 1) != labels(0, 10, 2)


def test_samples_are_from_minus_one_to_one_beside_their_captions() -> None:
    found = batch(TEN, 0, 10)
    assert (float(found.samples.min()), float(found.samples.max())) == (-1.0, 1.0)
    assert found.labels is not None
    assert found.captions == [TEN.classes[label] for label in found.labels.tolist()]


def test_a_batch_can_be_stored() -> None:
    found = batch(TEN, 0, 4)
    again = decode(encode(found))
    assert torch.equal(again.samples, found.samples)
    assert again.captions == found.captions


def test_no_batch_is_taken_of_nothing() -> None:
    with pytest.raises(ValueRefused, match="expected a dataset with samples, got an empty one"):
        batch(split(TEN, 11).held_out)
