import json
from collections import Counter
from pathlib import Path

import torch
from transformers import CLIPTokenizer

from nodes.data.emoji import emoji
from nodes.train.vocabulary import draw_captions, indefinite, learned_merges, tokens, tokens_of, vocabulary


def test_the_most_frequent_neighbours_are_joined_first() -> None:
    merges = learned_merges(Counter({"aba": 3, "ab": 2, "cb": 1}), 4)
    # a+b occurs 3 times, a+b</w> 2 times, ab+a</w> 3 times once a+b is joined
    assert merges == [("a", "b"), ("ab", "a</w>"), ("a", "b</w>"), ("c", "b</w>")]


def test_equally_frequent_neighbours_are_joined_by_name() -> None:
    assert learned_merges(Counter({"yx": 1, "ab": 1}), 2) == [("a", "b</w>"), ("y", "x</w>")]


def test_clip_reads_the_files(tmp_path: Path) -> None:
    words = vocabulary(emoji(6), 900, 12)
    (tmp_path / "vocab.json").write_text(words.vocab, "utf-8")
    (tmp_path / "merges.txt").write_text(words.merges, "utf-8")
    read = CLIPTokenizer.from_pretrained(tmp_path)
    found = read(["smiley, happy"], padding="max_length", max_length=12)["input_ids"]
    assert found == tokens_of(words, ["smiley, happy"]).tolist()
    assert len(json.loads(words.vocab)) <= 900


def test_words_of_the_captions_are_whole() -> None:
    dataset = emoji(6)
    words = vocabulary(dataset, 4000, 12)
    end = len(json.loads(words.vocab)) - 1
    assert tokens_of(words, [dataset.names[0]])[0, 2:].unique().tolist() == [end]


def test_a_vocabulary_is_learned_the_same_way_each_time() -> None:
    assert vocabulary(emoji(5), 800, 12) == vocabulary(emoji(5), 800, 12)


def test_captions_are_drawn_for_their_samples() -> None:
    dataset = emoji(5, recolour=False)
    words = vocabulary(dataset, 900, 12)
    table = tokens(dataset, words, 1.0, articles=0.0)
    drawn = draw_captions(table, torch.tensor([2, 4]), 0.0, torch.Generator().manual_seed(0))
    assert torch.equal(drawn, tokens_of(words, [dataset.names[2], dataset.names[4]]))


def test_captions_are_drawn_with_articles() -> None:
    dataset = emoji(5, recolour=False)
    words = vocabulary(dataset, 900, 12)
    table = tokens(dataset, words, 1.0, articles=1.0)
    drawn = draw_captions(table, torch.full((64,), 2), 0.0, torch.Generator().manual_seed(0))
    name = dataset.names[2]
    wanted = tokens_of(words, [indefinite(name), f"the {name}"])
    assert torch.equal(drawn.unique(dim=0), wanted.unique(dim=0))


def test_the_indefinite_article_goes_by_the_first_letter() -> None:
    assert [indefinite(text) for text in ("red apple", "orange car", "")] == [
        "a red apple",
        "an orange car",
        "",
    ]


def test_without_a_caption_the_empty_one_is_drawn() -> None:
    dataset = emoji(5, recolour=False)
    words = vocabulary(dataset, 900, 12)
    drawn = draw_captions(tokens(dataset, words), torch.tensor([1, 3]), 1.0, torch.Generator().manual_seed(0))
    assert torch.equal(drawn, tokens_of(words, ["", ""]))
