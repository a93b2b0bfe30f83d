"""A byte-pair vocabulary learned from captions, in the files of CLIP's tokenizer.

Sennrich, Haddow and Birch 2016 (https://arxiv.org/abs/1508.07909) over the bytes of words, as CLIP does it.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import node
from nodes.data.values import Dataset
from nodes.library_lock import library_lock
from nodes.train.values import TokenTable, Vocabulary

if TYPE_CHECKING:
    import torch
    from transformers import CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"


def bytes_as_letters() -> list[str]:
    """List the 256 printable letters that stand for the bytes, in the order of CLIP's vocabulary."""
    with library_lock:
        from tokenizers.pre_tokenizers import ByteLevel

    return sorted(ByteLevel.alphabet())


def assembled(vocab: dict[str, int], merges: list[tuple[str, str]], length: int) -> CLIPTokenizer:
    """Build the tokenizer of a vocabulary."""
    with library_lock:
        from transformers import CLIPTokenizer

    return CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=length)  # pyright: ignore[reportArgumentType]


def texts(dataset: Dataset) -> list[str]:
    """List every caption of a dataset, once for each sample that has it."""
    return [text for sample in dataset.captions for text in sample]


def words_of(splitter: CLIPTokenizer, text: str) -> list[str]:
    """Split a text as CLIP does, each byte of a word written as its letter."""
    backend = splitter.backend_tokenizer
    cleaned = backend.normalizer.normalize_str(text)
    return [word for word, _ in backend.pre_tokenizer.pre_tokenize_str(cleaned)]


def pairs_in(symbols: tuple[str, ...]) -> Counter[tuple[str, str]]:
    """Count neighbours."""
    return Counter(pairwise(symbols))


def joined(symbols: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    """Join every occurrence of a pair, from the left."""
    out: list[str] = []
    for symbol in symbols:
        if out and (out[-1], symbol) == pair:
            out[-1] += symbol
        else:
            out.append(symbol)
    return tuple(out)


def learned_merges(words: Counter[str], count: int) -> list[tuple[str, str]]:
    """Join the most frequent pair of neighbours again and again; of equally frequent ones the first by name.

    Args:
        words: How often each word occurs.
        count: Pairs to join at most.
    """
    split: dict[str, tuple[str, ...]] = {word: (*word[:-1], word[-1] + "</w>") for word in words}
    pairs: Counter[tuple[str, str]] = Counter()
    for word, symbols in split.items():
        for pair, times in pairs_in(symbols).items():
            pairs[pair] += times * words[word]
    merges: list[tuple[str, str]] = []
    while len(merges) < count and (left := +pairs):
        best = min(left, key=lambda pair: (-left[pair], pair))
        merges.append(best)
        for word, symbols in split.items():
            if best[0] in symbols and (after := joined(symbols, best)) != symbols:
                for sign, form in ((-1, symbols), (1, after)):
                    for pair, times in pairs_in(form).items():
                        pairs[pair] += sign * times * words[word]
                split[word] = after
    return merges


@node("train.vocabulary")
def vocabulary(
    dataset: Dataset,
    size: Annotated[int, Field(ge=514, le=4096)] = 4000,
    length: Annotated[int, Field(ge=4, le=77)] = 16,
) -> Vocabulary:
    """Learn a byte-pair tokenizer from the captions of a dataset.

    Args:
        dataset: Where the words come from.
        size: Tokens at most, with 512 for the bytes and 2 for start and end.
        length: Tokens of a caption, with start and end; longer captions are cut.
    """
    letters = bytes_as_letters()
    base = [*letters, *(letter + "</w>" for letter in letters)]
    splitter = assembled({token: place for place, token in enumerate((*base, START, END))}, [], length)
    words = Counter(word for text in texts(dataset) for word in words_of(splitter, text))
    merges = learned_merges(words, size - len(base) - 2)
    names = [*base, *("".join(pair) for pair in merges), START, END]
    vocab = {token: place for place, token in enumerate(dict.fromkeys(names))}
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    return Vocabulary(json.dumps(vocab, ensure_ascii=False), "\n".join(lines) + "\n", length)


@lru_cache(maxsize=4)
def tokenizer(words: Vocabulary) -> CLIPTokenizer:
    """Build the tokenizer that a vocabulary describes."""
    pairs = [tuple(line.split(" ")) for line in words.merges.splitlines()[1:]]
    return assembled(json.loads(words.vocab), pairs, words.length)  # pyright: ignore[reportArgumentType]


def tokens_of(words: Vocabulary, captions: list[str]) -> torch.Tensor:
    """Turn captions into int64 [captions, length], padded with the end token."""
    found: Any = tokenizer(words)(
        captions, padding="max_length", truncation=True, max_length=words.length, return_tensors="pt"
    )
    return found.input_ids


@node("train.tokens")
def tokens(
    dataset: Dataset,
    vocabulary: Vocabulary,
    primary: Annotated[float, Field(ge=0, le=1)] = 0.6,
    articles: Annotated[float, Field(ge=0, le=1)] = 0.4,
) -> TokenTable:
    """Turn all captions of a dataset into tokens, once: bare, after "a" or "an", and after "the".

    Args:
        dataset: The captions: those of a sample, and its primary one followed by each of its tags.
        vocabulary: The tokenizer.
        primary: Share of the draws that take a sample's first caption; the others share the rest.
        articles: Share of the draws that begin with an article, so that "a red apple" draws what
            "red apple" does.
    """
    import torch

    every = [""]
    first = []
    for captions, tags in zip(dataset.captions, dataset.tags, strict=True):
        first.append(len(every))
        every += [*captions, *(f"{captions[0]}, {tag}" for tag in tags)]
    ways = [every, [indefinite(text) for text in every], [f"the {text}" if text else "" for text in every]]
    rows = torch.stack([tokens_of(vocabulary, way) for way in ways])
    return TokenTable(rows, torch.tensor([*first, len(every)]), primary, articles)


def indefinite(text: str) -> str:
    """Put "a" or "an" before a caption, by its first letter; an empty one stays empty."""
    return f"{'an' if text[0].lower() in 'aeiou' else 'a'} {text}" if text else ""


def draw_captions(
    table: TokenTable, samples: torch.Tensor, empty: float, generator: torch.Generator
) -> torch.Tensor:
    """Draw a caption for each sample.

    Args:
        table: The captions.
        samples: int64 [B] indices of samples.
        empty: Share of the draws that take the empty caption, for guidance.
        generator: Source of the draws.

    Returns:
        int64 [B, T] tokens.
    """
    import torch

    start = table.first[samples]
    others = table.first[samples + 1] - start - 1
    lead = torch.rand(len(samples), generator=generator) < table.primary
    other = 1 + (torch.rand(len(samples), generator=generator) * others).long()
    row = torch.where(lead | (others == 0), start, start + other)
    silent = torch.rand(len(samples), generator=generator) < empty
    article = torch.randint(1, len(table.tokens), row.shape, generator=generator)
    bare = torch.rand(len(samples), generator=generator) >= table.articles
    return table.tokens[torch.where(bare, 0, article), torch.where(silent, 0, row)]
