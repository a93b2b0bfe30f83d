"""Perturbed attention (Ahn et al., arXiv 2403.17377): in some layers each place sees itself alone."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.family import Family, Question
from nodes.diffusion.refusal import StepRefused
from nodes.library_lock import library_lock
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

PERTURBED = "perturbed"
"""bool [B], in ``Cond.extra``: whether the rows are those asked with perturbed attention."""
KNOWN = "AttnProcessor2_0"


def asking_again(
    family: Family, unwanted: list[Cond], wanted: list[Cond], layers: str
) -> tuple[Family, list[Cond]]:
    """Let what is wanted be asked once more, with perturbed attention, in the same call where there is one.

    Args:
        family: The denoiser's.
        unwanted: What is asked first.
        wanted: What is asked then, and again at the end.
        layers: As ``diffusion.predict`` takes them.

    Returns:
        The family that perturbs the last ones, and all that is asked.
    """
    import torch

    def ask(model: Any, question: Question) -> torch.Tensor:
        extra = dict(question.cond.extra)
        rows = int(extra.pop(PERTURBED).sum())
        put = replace(question, cond=replace(question.cond, extra=extra))
        with _perturbed(model, layers, rows):
            return family.ask(model, put)

    def marked(cond: Cond, as_perturbed: bool) -> Cond:
        return replace(cond, extra={**cond.extra, PERTURBED: torch.tensor([as_perturbed])})

    conds = [marked(cond, False) for cond in (*unwanted, *wanted)]
    return replace(family, ask=ask), [*conds, *(marked(cond, True) for cond in wanted)]


@contextmanager
def _perturbed(model: Any, layers: str, rows: int) -> Generator[None]:
    """Perturb the last rows of a batch in these layers; after the call the model is as it was."""
    found = _found(model, layers)
    processors = {layer: layer.processor for layer in found}
    try:
        for layer, processor in processors.items():
            layer.processor = _Perturbed(processor, rows)
        yield
    finally:
        for layer, processor in processors.items():
            layer.processor = processor


def _found(model: Any, layers: str) -> list[Any]:
    with library_lock:
        from diffusers.models.attention_processor import Attention

    own = {
        name: layer
        for name, layer in model.named_modules()
        if isinstance(layer, Attention) and not layer.is_cross_attention
    }
    found: dict[str, Any] = {}
    for asked in (part.strip() for part in layers.split(",")):
        named = {name: layer for name, layer in own.items() if _begins(name, asked)}
        if not named:
            some = ", ".join(dict.fromkeys(name.rpartition(".transformer_blocks.")[0] for name in own))
            expected = f"layers with self-attention ({some or 'of which this model has none'})"
            raise StepRefused(f"expected {expected}, got {asked[:80]!r}. Change what is perturbed.")
        found |= named
    for layer in found.values():
        if type(layer.processor).__name__ != KNOWN:
            cure = "Load the model without another kernel for attention."
            raise StepRefused(f"expected {KNOWN}, got {type(layer.processor).__name__}. {cure}")
    return list(found.values())


def _begins(name: str, asked: str) -> bool:
    """``mid`` is ``mid_block``, but ``down_blocks.1`` isn't ``down_blocks.10``."""
    return bool(asked) and name.startswith(asked) and name[len(asked) :][:1] in ("", ".", "_")


class _Perturbed:
    """Attends as before in the first rows of a batch; in the last ones each place attends to itself alone."""

    def __init__(self, before: Any, rows: int) -> None:
        self._before = before
        self._rows = rows

    def __call__(self, attn: Any, hidden_states: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
        import torch
        from diffusers.hooks.layer_skip import AttentionScoreSkipFunctionMode

        plain = len(hidden_states) - self._rows
        seen = [self._before(attn, hidden_states[:plain], *given, **named)] if plain else []
        if self._rows:
            with AttentionScoreSkipFunctionMode():
                seen.append(self._before(attn, hidden_states[plain:], *given, **named))
        return torch.cat(seen)
