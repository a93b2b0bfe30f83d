"""Texts with weights and of any length, as a denoiser reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from engine import OnDevice, Text, node
from engine.errors import ValueRefused
from nodes.diffusion.prompt import Part, parse
from nodes.values import Cond, Conditioning, F, TextEncoder

if TYPE_CHECKING:
    import torch

    Encode = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    """From tokens and attention mask, int64 [1, T] both, to states [1, T, D]."""

Weighting = Literal["a1111", "comfy", "off"]
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


@node("text.encode_weighted")
def encode_weighted(
    encoder: OnDevice[TextEncoder[F]],
    text: Text = "",
    skip: Annotated[int, Field(ge=0, le=11)] = 0,
    weighting: Weighting = "comfy",
) -> Conditioning[F]:
    r"""Encode a text whose words are weighed, with CLIP; a long one in several windows of 75 tokens.

    ``(word)`` counts 1.1 times as much, ``[word]`` 1 / 1.1 times, ``(word:1.3)`` 1.3 times; nested brackets
    multiply, ``\(`` and ``\)`` are ordinary brackets. The word BREAK begins a new window.

    Args:
        encoder: The model's text encoder.
        text: What to draw, or what to stay away from.
        skip: Layers left out at the end ("clip skip"), for models trained so.
        weighting: As the programs of these names do it. ``comfy`` leads each word's states away from those of
            an empty text; ``a1111`` multiplies them, then restores the window's mean, for models whose mean
            isn't about 0; ``off`` weighs all alike.
    """
    tokenizer = encoder.model.tokenizers["text_encoder"]

    def states(tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return _states(encoder, tokens, mask, skip)

    embeds = encode_windows(tokenizer, windows(tokenizer, text), states, weighting)
    return Conditioning([Cond(embeds)], encoder.handle.family)


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
    passages = parse(prompt) or [[]]
    return [_window(tokenizer, piece) for passage in passages for piece in _pieces(tokenizer, passage)]


def encode_windows(
    tokenizer: Any, windows: list[Window], encode: Encode, weighting: Weighting
) -> torch.Tensor:
    """Encode windows one by one, and weigh each token's states.

    Args:
        tokenizer: Makes the window of an empty text.
        windows: The windows of a prompt.
        encode: Runs the encoder on one window.
        weighting: As in ``text.encode_weighted``.

    Returns:
        [1, T · number of windows, D]. Where all weights are 1 each window's states are the encoder's own.
    """
    import torch

    empty: torch.Tensor | None = None
    found: list[torch.Tensor] = []
    for window in windows:
        states = _read(encode, window)
        if weighting != "off" and any(weight != 1 for weight in window.weights):
            weights = torch.tensor(window.weights, dtype=states.dtype, device=states.device)[None, :, None]
            if weighting == "a1111":
                states = _with_mean(states * weights, states.mean())
            else:
                empty = _read(encode, _window(tokenizer, [])) if empty is None else empty
                states = torch.where(weights == 1, states, empty + weights * (states - empty))
        found.append(states)
    return torch.cat(found, dim=1)


def _read(encode: Encode, window: Window) -> torch.Tensor:
    import torch

    tokens = torch.tensor([window.tokens])
    return encode(tokens, (torch.arange(tokens.shape[1]) < window.filled).long()[None])


def _with_mean(states: torch.Tensor, mean: torch.Tensor) -> torch.Tensor:
    return states * (mean / states.mean())


def _states(
    encoder: OnDevice[TextEncoder[Any]], tokens: torch.Tensor, mask: torch.Tensor, skip: int
) -> torch.Tensor:
    import torch

    model, device = encoder.model["text_encoder"], encoder.device
    masked = getattr(model.config, "use_attention_mask", False)
    with torch.no_grad():
        states = model(
            tokens.to(device),
            attention_mask=mask.to(device) if masked else None,
            output_hidden_states=skip > 0,
        )
        return states[0] if skip == 0 else model.final_layer_norm(states.hidden_states[-1 - skip])


def _pieces(tokenizer: Any, passage: list[Part]) -> Iterator[list[tuple[int, float]]]:
    """The tokens of a passage with their weights, in pieces that fit a window."""
    rest = [(token, part.weight) for part in passage for token in _tokens(tokenizer, part)]
    size = tokenizer.model_max_length - 2
    comma = tokenizer.convert_tokens_to_ids(",</w>")
    while len(rest) > size:
        commas = [place for place in range(size - size // 4, size) if rest[place][0] == comma]
        end = commas[-1] + 1 if commas else size
        yield rest[:end]
        rest = rest[end:]
    yield rest


def _tokens(tokenizer: Any, part: Part) -> list[int]:
    if not abs(part.weight) <= HEAVIEST:
        raise ValueRefused(f"weights up to {HEAVIEST:g}", f"{part.weight:g} for {part.text!r}")
    return tokenizer(part.text, add_special_tokens=False, verbose=False).input_ids


def _window(tokenizer: Any, piece: list[tuple[int, float]]) -> Window:
    tokens = [tokenizer.bos_token_id, *(token for token, _ in piece), tokenizer.eos_token_id]
    filling = tokenizer.model_max_length - len(tokens)
    weights = [1.0, *(weight for _, weight in piece), *[1.0] * (filling + 1)]
    return Window([*tokens, *[tokenizer.pad_token_id] * filling], weights, len(tokens))
