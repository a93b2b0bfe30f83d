"""Texts with weights and of any length, as a denoiser reads them.

A family calls its text encoders as ever, once for each window: it is handed encoders whose tokenizers give
the window in the place of a text's tokens. What comes back is weighed, each encoder's states on their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from engine import OnDevice, Text, node
from nodes import families
from nodes.diffusion.family import Prompt
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.windows import Window, empty, windows
from nodes.values import Cond, Conditioning, F, TextEncoder

if TYPE_CHECKING:
    import torch

Weighting = Literal["a1111", "comfy", "off"]
Row = dict[str, Window]
"""Text encoder → what it reads in one go, all of them at once."""


@node("text.encode_weighted")
def encode_weighted(
    encoder: OnDevice[TextEncoder[F]],
    text: Text = "",
    skip: Annotated[int, Field(ge=0, le=11)] = 0,
    other: Text = "",
    weighting: Weighting = "comfy",
) -> Conditioning[F]:
    r"""Encode a text whose words are weighed, with CLIP; a long one in several windows of 75 tokens.

    ``(word)`` counts 1.1 times as much, ``[word]`` 1 / 1.1 times, ``(word:1.3)`` 1.3 times; nested brackets
    multiply, ``\(`` and ``\)`` are ordinary brackets. The word BREAK begins a new window.

    Args:
        encoder: The model's text encoders.
        text: What to draw, or what to stay away from.
        skip: Layers left out at the end ("clip skip"), for models trained so.
        other: Another text for the second encoder, in models that have several; empty for the same text.
        weighting: As the programs of these names do it. ``comfy`` leads each word's states away from those of
            an empty text; ``a1111`` multiplies them, then restores the window's mean, for models whose mean
            isn't about 0; ``off`` weighs all alike.

    Raises:
        StepRefused: The model doesn't read texts with CLIP alone.
    """
    import torch

    read, tokenizers = _reader(encoder, skip), encoder.model.tokenizers
    rows = _rows(tokenizers, text, other)
    conds = [read(row) for row in rows]
    embeds = [cond.text() for cond in conds]
    if weighting != "off" and any(_has_weights(row) for row in rows):
        nothing = read({name: empty(tokenizer) for name, tokenizer in tokenizers.items()}).text()
        widths = [encoder.model[name].config.hidden_size for name in tokenizers]
        embeds = [
            _weighed(states, row, nothing, widths, weighting)
            for states, row in zip(embeds, rows, strict=True)
        ]
    return Conditioning([replace(conds[0], embeds=torch.cat(embeds, dim=1))], encoder.handle.family)


def _rows(tokenizers: Mapping[str, Any], text: str, other: str) -> list[Row]:
    """The windows of all encoders side by side; empty ones follow where a text has fewer than the other."""
    columns = [
        windows(tokenizer, text if name == "text_encoder" else other or text)
        for name, tokenizer in tokenizers.items()
    ]
    return [
        {
            name: window or empty(tokenizer)
            for (name, tokenizer), window in zip(tokenizers.items(), row, strict=True)
        }
        for row in zip_longest(*columns)
    ]


def _has_weights(row: Row) -> bool:
    return any(weight != 1 for window in row.values() for weight in window.weights)


def weigh(
    states: torch.Tensor, weights: list[float], nothing: torch.Tensor, weighting: Weighting
) -> torch.Tensor:
    """Weigh one encoder's states of one window.

    Args:
        states: [1, T, D].
        weights: T of them; where all are 1, the states stay as they are.
        nothing: [1, T, D], the states of an empty text.
        weighting: As in ``text.encode_weighted``.
    """
    import torch

    if weighting == "off" or all(weight == 1 for weight in weights):
        return states
    factors = torch.tensor(weights, dtype=states.dtype, device=states.device)[None, :, None]
    if weighting == "a1111":
        multiplied = states * factors
        return multiplied * (states.mean() / multiplied.mean())
    return torch.where(factors == 1, states, nothing + factors * (states - nothing))


def _weighed(
    states: torch.Tensor, row: Row, nothing: torch.Tensor, widths: list[int], weighting: Weighting
) -> torch.Tensor:
    """Weigh what several encoders found, whose states lie side by side."""
    import torch

    found = zip(states.split(widths, -1), row.values(), nothing.split(widths, -1), strict=True)
    return torch.cat([weigh(part, window.weights, none, weighting) for part, window, none in found], dim=-1)


def _reader(encoder: OnDevice[TextEncoder[Any]], skip: int) -> Callable[[Row], Cond]:
    """What calls a family's text encoders on a row of windows."""
    family, tokenizers = families.named(encoder.handle.family), encoder.model.tokenizers.values()
    if family.encode is None or not all("CLIP" in type(one).__name__ for one in tokenizers):
        cure = "Use text.encode, or leave the conditioning empty if the model takes no text."
        raise StepRefused(f"expected a model that reads texts with CLIP alone, got {family.title}. {cure}")
    encode = family.encode
    return lambda row: encode(_Reading(encoder.model, row), Prompt("", skip=skip))


@dataclass(frozen=True, slots=True)
class _Reading:
    """Text encoders that read windows, whatever the text."""

    encoders: Any
    row: Row

    @property
    def tokenizers(self) -> dict[str, Any]:
        return {name: _Given(window) for name, window in self.row.items()}

    def __getitem__(self, name: str) -> Any:
        return self.encoders[name]

    def __contains__(self, name: str) -> bool:
        return name in self.encoders


@dataclass(frozen=True, slots=True)
class _Given:
    """A tokenizer that knows one answer."""

    window: Window

    @property
    def model_max_length(self) -> int:
        return len(self.window.tokens)

    def __call__(self, *text: Any, **options: Any) -> Window:
        return self.window
