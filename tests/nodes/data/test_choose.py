"""Parts of a dataset."""

from dataclasses import replace

import pytest
import torch

from engine.errors import ValueRefused
from nodes.data.choose import captioned, split
from nodes.data.digits import digits
from nodes.data.emoji import emoji


def test_one_picture_of_so_many_is_held_out_and_none_is_lost() -> None:
    dataset = digits(size=16, count=10)
    training, held_out = split(dataset, 4)
    assert torch.equal(held_out.pixels, dataset.pixels[[3, 7]])
    assert torch.equal(training.pixels, dataset.pixels[[0, 1, 2, 4, 5, 6, 8, 9]])
    assert held_out.labels is not None
    assert dataset.labels is not None
    assert held_out.labels.tolist() == dataset.labels[[3, 7]].tolist()


def test_all_samples_of_a_picture_go_the_same_way() -> None:
    dataset = emoji(6)
    training, held_out = split(dataset, 3)
    assert held_out.names == [dataset.names[2], dataset.names[5]]
    assert training.names == [dataset.names[place] for place in (0, 1, 3, 4)]
    first, second = dataset.first[2:4].tolist()
    assert torch.equal(held_out.pixels[: second - first], dataset.pixels[first:second])
    assert held_out.first.tolist() == [0, second - first, len(held_out.pixels)]
    assert len(held_out.pixels) + len(training.pixels) == len(dataset.pixels)


def test_pictures_without_captions_are_split_as_well() -> None:
    training, held_out = split(replace(digits(size=16, count=4), captions=[]), 2)
    assert (len(training.pixels), len(held_out.pixels)) == (2, 2)
    assert training.captions == held_out.captions == []


def test_samples_are_kept_whose_caption_has_the_word() -> None:
    dataset = emoji(6)
    blue = captioned(dataset, "blue")
    places = [place for place, captions in enumerate(dataset.captions) if "blue" in captions[0].split()]
    assert blue.captions == [dataset.captions[place] for place in places]
    assert torch.equal(blue.pixels, dataset.pixels[places])
    assert blue.first.tolist() == list(range(len(places) + 1))


def test_parts_of_words_do_not_count() -> None:
    with pytest.raises(ValueRefused, match="expected a word that a caption has, got 'blu'"):
        captioned(emoji(6), "blu")
