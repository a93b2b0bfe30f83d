from functools import cache

import torch

from engine.declare.codec import decode, encode
from nodes.data.emoji import colour_captions, draw, emoji, evaluation, held_out, records, sheet
from nodes.data.recolour import HUES
from nodes.data.values import Dataset


@cache
def whole() -> Dataset:
    return emoji()


def test_every_picture_has_a_caption_of_its_own() -> None:
    names = [record["caption"] for record in records()]
    assert len(set(names)) == len(names) == len(sheet()) == 791


def test_common_short_words_name_one_picture() -> None:
    named = [text for record in records() for text in (record["caption"], *record["also"])]
    assert [
        named.count(word) for word in ("car", "house", "flower", "dog", "boat", "cake", "tree", "hat")
    ] == [1] * 8


def test_the_colour_replaces_a_picture_s_own_colour_words() -> None:
    assert colour_captions({"caption": "apple", "also": ["red apple", "fruit"]}, "blue") == [
        "blue apple",
        "blue fruit",
    ]


def test_what_is_held_out_is_never_made() -> None:
    dataset = whole()
    for name, colour in held_out():
        place = dataset.names.index(name)
        shown = dataset.captions[int(dataset.first[place]) + 1 : int(dataset.first[place + 1])]
        assert not any(text.split()[0] == colour for captions in shown for text in captions)


def test_a_recolourable_picture_comes_in_all_colours_but_those_held_out() -> None:
    dataset = whole()
    place = dataset.names.index("frog")
    shown = dataset.captions[int(dataset.first[place]) : int(dataset.first[place + 1])]
    assert [captions[0] for captions in shown] == [
        "frog",
        *(f"{colour} frog" for colour in HUES if colour != "blue"),
    ]


def test_what_is_measured_was_fixed() -> None:
    fixed = evaluation()
    assert (len(fixed["concepts"]), len(fixed["held_out"]), len(fixed["readme"])) == (100, 40, 32)
    names = {record["caption"] for record in records()}
    assert all(name in names for one in (*fixed["concepts"], *fixed["held_out"]) for name in one["shows"])
    assert fixed["chance"]["concept"] == round(
        sum(len(one["shows"]) for one in fixed["concepts"]) / 100 / len(names), 5
    )


def test_fewer_pictures_are_spread_over_the_set() -> None:
    dataset = emoji(3, recolour=False)
    assert dataset.names == [records()[place]["caption"] for place in (0, 263, 527)]
    assert torch.equal(dataset.pixels[1], sheet()[263].permute(2, 0, 1))


def test_draws_follow_the_seed_and_every_picture_is_drawn() -> None:
    dataset = emoji(4)
    one, two = (draw(dataset, 200, 0.5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, two)
    assert set((torch.searchsorted(dataset.first, one, right=True) - 1).tolist()) == {0, 1, 2, 3}


def test_all_natural_draws_are_the_pictures_own_colours() -> None:
    dataset = emoji(4)
    drawn = draw(dataset, 50, 1.0, torch.Generator().manual_seed(0))
    assert set(drawn.tolist()) <= set(dataset.first[:-1].tolist())


def test_a_dataset_can_be_stored() -> None:
    dataset = emoji(2)
    again = decode(encode(dataset))
    assert torch.equal(again.pixels, dataset.pixels)
    assert again.captions == dataset.captions
