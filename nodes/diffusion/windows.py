"""Prompts of any length, cut into windows that CLIP's text encoders read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.errors import ValueRefused
from nodes.diffusion.prompt import Part, parse

if TYPE_CHECKING:
    import torch

HEAVIEST = 100.0
"""Beyond it states are far from all that a model has seen, and in the end no numbers any more."""


class Window(NamedTuple):
    """As many tokens as an encoder reads at once, with those at the ends.

    Attributes:
        tokens: Start, up to 75 tokens of text, end, filling.
        weights: How much each counts; 1 for all but text.
        filled: Number of tokens before the filling.
    """

    tokens: list[int]
    weights: list[float]
    filled: int

    @property
    def input_ids(self) -> torch.Tensor:
        """The tokens as an encoder takes them, int64 [1, T]."""
        import torch

        return torch.tensor([self.tokens])

    @property
    def attention_mask(self) -> torch.Tensor:
        """1 before the filling and 0 in it, int64 [1, T]."""
        import torch

        return (torch.arange(len(self.tokens)) < self.filled).long()[None]


def windows(tokenizer: Any, prompt: str) -> list[Window]:
    """Cut a prompt into windows: at BREAK, and where one is full, behind a comma in its last quarter if any.

    Args:
        tokenizer: A CLIP tokenizer of transformers.
        prompt: A prompt as ``nodes.diffusion.prompt`` reads it.

    Returns:
        At least one window.

    Raises:
        ValueRefused: A weight beyond ±100.
    """
    passages = checked_parse(prompt) or [[]]
    return [_window(tokenizer, piece) for passage in passages for piece in _pieces(tokenizer, passage)]


def checked_parse(prompt: str) -> list[list[Part]]:
    """Read a prompt whose weights an encoder can bear.

    Raises:
        ValueRefused: A weight beyond ±100.
    """
    passages = parse(prompt)
    for part in (part for passage in passages for part in passage):
        if not abs(part.weight) <= HEAVIEST:
            raise ValueRefused(f"weights up to {HEAVIEST:g}", f"{part.weight:g} for {part.text!r}")
    return passages


def empty(tokenizer: Any) -> Window:
    """The window of a text that says nothing."""
    return _window(tokenizer, [])


def _pieces(tokenizer: Any, passage: list[Part]) -> Iterator[list[tuple[int, float]]]:
    """The tokens of a passage with their weights, in pieces that fit a window."""
    rest = [(token, part.weight) for part in passage for token in _tokens(tokenizer, part)]
    size = tokenizer.model_max_length - 2
    comma = tokenizer.convert_tokens_to_ids(",</w>")
    start = 0
    while len(rest) - start > size:
        full = start + size
        commas = [place for place in range(full - size // 4, full) if rest[place][0] == comma]
        end = commas[-1] + 1 if commas else full
        yield rest[start:end]
        start = end
    yield rest[start:]


def _tokens(tokenizer: Any, part: Part) -> list[int]:
    return tokenizer(part.text, add_special_tokens=False, verbose=False).input_ids


def _window(tokenizer: Any, piece: list[tuple[int, float]]) -> Window:
    tokens = [tokenizer.bos_token_id, *(token for token, _ in piece), tokenizer.eos_token_id]
    filling = tokenizer.model_max_length - len(tokens)
    weights = [1.0, *(weight for _, weight in piece), *[1.0] * (filling + 1)]
    return Window([*tokens, *[tokenizer.pad_token_id] * filling], weights, len(tokens))
