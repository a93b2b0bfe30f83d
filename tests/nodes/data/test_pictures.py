import pytest
import torch

from engine.errors import ValueRefused
from nodes.data.digits import digits
from nodes.data.emoji import emoji
from nodes.data.pictures import pictures


def test_samples_come_in_their_order_with_their_classes() -> None:
    data = digits(size=16, count=10)
    taken = pictures(data, 3, 4)

    assert torch.equal(taken.image.pixels, data.pixels[3:7].permute(0, 2, 3, 1).float() / 255)
    assert data.labels is not None
    assert taken.labels == data.labels[3:7].tolist()
    assert taken.classes[taken.labels[0]] == data.names[3]


def test_a_count_of_0_takes_all_that_follow() -> None:
    assert len(pictures(digits(size=16, count=10), 3).image.pixels) == 7


def test_a_dataset_without_classes_has_no_labels() -> None:
    assert pictures(emoji(2, recolour=False)).labels == []


@pytest.mark.parametrize(("first", "count"), [(10, 0), (8, 3)])
def test_samples_that_are_not_there_are_refused(first: int, count: int) -> None:
    with pytest.raises(ValueRefused, match="expected samples out of 0 to 9"):
        pictures(digits(size=16, count=10), first, count)
