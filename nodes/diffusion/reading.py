"""How a family's text encoders read a text: as it stands, or by the weights that are written in it.

Families ask ``Reading`` for tokens, and hand it what an encoder makes of them; it weighs that, each encoder's
states on their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from nodes.diffusion.prompt import Part
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.windows import checked_parse, empty, windows

if TYPE_CHECKING:
    import torch

Weighting = Literal["plain", "comfy", "a1111", "even"]


class Tokens(NamedTuple):
    """A text as an encoder takes it.

    Attributes:
        input_ids: int64 [1, T].
        attention_mask: int64 [1, T]: 1 where the text is, 0 in what it was filled up with.
        weights: How much each counts, T of them; none where all count alike.
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    weights: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A family's text encoders, and how they read.

    Attributes:
        encoders: By their subfolders, with the attribute ``tokenizers``.
        weighting: As in ``text.encode``.
    """

    encoders: Any
    weighting: Weighting = "plain"

    @property
    def tokenizers(self) -> Any:
        """Subfolder of a text encoder → its tokenizer."""
        return self.encoders.tokenizers

    def __getitem__(self, name: str) -> Any:
        return self.encoders[name]

    def __contains__(self, name: str) -> bool:
        return name in self.encoders

    def cleaned(self, text: str, clean: Callable[[str], str]) -> str:
        """A text as a family prepares it, in which the word BREAK stays one."""
        passages = [text] if self.weighting == "plain" else re.split(r"\bBREAK\b", text)
        return " BREAK ".join(clean(passage) for passage in passages)

    def tokens(self, name: str, text: str, length: int | None = None) -> Tokens:
        """Read a text in one go; what goes beyond the length is cut off.

        Args:
            name: Which encoder reads it.
            text: The text.
            length: Tokens to pad to; None for the tokenizer's own.

        Raises:
            StepRefused: Weights are to be read, and the tokenizer doesn't tell where its tokens stand.
            ValueRefused: A weight beyond ±100.
        """
        tokenizer = self.tokenizers[name]
        if self.weighting == "plain":
            found = _read(tokenizer, text, length)
            return Tokens(found.input_ids, found.attention_mask)
        if not tokenizer.is_fast:
            kind, cure = type(tokenizer).__name__, 'Set weighting to "plain".'
            raise StepRefused(f"expected a tokenizer that tells where tokens stand, got {kind}. {cure}")
        # A taught tokenizer writes several words in the place of one
        write = getattr(tokenizer, "written", str)
        said = [part for passage in checked_parse(text) for part in passage]
        parts = [Part(write(part.text), part.weight) for part in said]
        written = "".join(part.text for part in parts)
        read = getattr(tokenizer, "read", tokenizer)
        found = _read(read, written, length or tokenizer.model_max_length, return_offsets_mapping=True)
        weights = _weights(parts, written, found.offset_mapping[0].tolist())
        return Tokens(found.input_ids, found.attention_mask, weights)

    def windows(self, name: str, text: str) -> list[Tokens]:
        """Read a text with CLIP, by weights in as many windows as it takes; a plain text in one.

        Raises:
            ValueRefused: A weight beyond ±100.
        """
        if self.weighting == "plain":
            return [self.tokens(name, text)]
        found = windows(self.tokenizers[name], text)
        return [Tokens(window.input_ids, window.attention_mask, window.weights) for window in found]

    def nothing(self, name: str) -> Tokens:
        """The window of a text that says nothing, for CLIP."""
        window = empty(self.tokenizers[name])
        return Tokens(window.input_ids, window.attention_mask)

    def weighed(
        self, states: Sequence[torch.Tensor], read: Sequence[Tokens], nothing: Callable[[], torch.Tensor]
    ) -> torch.Tensor:
        """What an encoder made of windows, [1, T, D] each, weighed and behind each other.

        Args:
            states: Of each window.
            read: The windows.
            nothing: Gives the states of an empty one, and is asked only where they are needed.
        """
        import torch

        if self.weighting in ("comfy", "a1111") and any(_says_weights(one) for one in read):
            empty_ones = nothing() if self.weighting == "comfy" else None
            states = [weigh(one, each.weights, empty_ones) for one, each in zip(states, read, strict=True)]
        return states[0] if len(states) == 1 else torch.cat(list(states), dim=1)


def weigh(states: torch.Tensor, weights: Sequence[float], nothing: torch.Tensor | None) -> torch.Tensor:
    """Weigh one encoder's states of one window.

    Args:
        states: [1, T, D].
        weights: T of them; where all are 1, the states stay as they are.
        nothing: [1, T, D], the states of an empty text, which a weight leads away from (as ComfyUI does, with
            T5 as with CLIP); None to multiply instead and then restore the mean (as A1111 does with CLIP, and
            Forge with T5).
    """
    import torch

    if all(weight == 1 for weight in weights):
        return states
    factors = torch.tensor(list(weights), dtype=states.dtype, device=states.device)[None, :, None]
    if nothing is None:
        multiplied = states * factors
        return multiplied * (states.mean() / multiplied.mean())
    return torch.where(factors == 1, states, nothing + factors * (states - nothing))


def _says_weights(read: Tokens) -> bool:
    return any(weight != 1 for weight in read.weights)


def _read(tokenizer: Any, text: str, length: int | None, **options: Any) -> Any:
    return tokenizer(
        [text],
        padding="max_length",
        max_length=length or tokenizer.model_max_length,
        truncation=True,
        return_tensors="pt",
        **options,
    )


def _weights(parts: Sequence[Part], text: str, stand: Sequence[tuple[int, int]]) -> list[float]:
    """The weight of each token: the mean of those of its signs, spaces aside."""
    signs = [part.weight for part in parts for _ in part.text]
    under = [[signs[at] for at in range(*place) if not text[at].isspace()] for place in stand]
    return [fmean(weights) if weights else 1.0 for weights in under]
