"""Perturbed attention (Ahn et al., arXiv 2403.17377): in some layers each place sees itself alone."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock, get_ident
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

_changing = Lock()
"""What attends in a layer is known to all threads: one changes it at a time."""


def asking_again(
    family: Family, model: Any, unwanted: list[Cond], wanted: list[Cond], layers: str
) -> tuple[Family, list[Cond]]:
    """Let what is wanted be asked once more, with perturbed attention, in the same call where there is one.

    Args:
        family: The denoiser's.
        model: Its module.
        unwanted: What is asked first.
        wanted: What is asked then, and again at the end.
        layers: As ``diffusion.predict`` takes them.

    Returns:
        The family that perturbs the last ones, and all that is asked.

    Raises:
        StepRefused: The model has no such layers, or attends in them in a way that can't be perturbed.
    """
    import torch

    found = _found(model, layers)

    def ask(model: Any, question: Question) -> torch.Tensor:
        extra = dict(question.cond.extra)
        rows = int(extra.pop(PERTURBED).sum())
        put = replace(question, cond=replace(question.cond, extra=extra))
        with _perturbed(found, rows):
            return family.ask(model, put)

    def marked(cond: Cond, as_perturbed: bool) -> Cond:
        return replace(cond, extra={**cond.extra, PERTURBED: torch.tensor([as_perturbed])})

    conds = [marked(cond, False) for cond in (*unwanted, *wanted)]
    return replace(family, ask=ask), [*conds, *(marked(cond, True) for cond in wanted)]


@contextmanager
def _perturbed(layers: list[Any], rows: int) -> Generator[None]:
    """Perturb the last rows of a batch in these layers, in this thread alone; then the model is as it was.

    Others may be asking the same model meanwhile.
    """
    with library_lock:
        from diffusers.hooks.layer_skip import AttentionScoreSkipFunctionMode
    thread = get_ident()
    with _changing:
        for layer in layers:
            if not isinstance(layer.processor, _Perturbed):
                layer.processor = _Perturbed(layer.processor, AttentionScoreSkipFunctionMode)
            layer.processor.rows[thread] = rows
    try:
        yield
    finally:
        with _changing:
            for layer in layers:
                del layer.processor.rows[thread]
                if not layer.processor.rows:
                    layer.processor = layer.processor.before


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
        attends = type(getattr(layer.processor, "before", layer.processor)).__name__
        if attends != KNOWN:
            cure = "Load the model without another kernel for attention."
            raise StepRefused(f"expected {KNOWN}, got {attends}. {cure}")
    return list(found.values())


def _begins(name: str, asked: str) -> bool:
    """``mid`` is ``mid_block``, but ``down_blocks.1`` isn't ``down_blocks.10``."""
    return bool(asked) and name.startswith(asked) and name[len(asked) :][:1] in ("", ".", "_")


class _Perturbed:
    """Attends as before, but for those who asked for perturbed rows: in these each place attends to itself.

    Attributes:
        before: What attends without it.
        alone: The mode in which each place attends to itself.
        rows: Thread → how many rows at the end of its batch are perturbed.
    """

    def __init__(self, before: Any, alone: Any) -> None:
        self.before = before
        self.alone = alone
        self.rows: dict[int, int] = {}

    def __call__(self, attn: Any, hidden_states: torch.Tensor, *given: Any, **named: Any) -> torch.Tensor:
        import torch

        plain = len(hidden_states) - self.rows.get(get_ident(), 0)
        seen = [self.before(attn, hidden_states[:plain], *given, **named)] if plain else []
        if plain < len(hidden_states):
            with self.alone():
                seen.append(self.before(attn, hidden_states[plain:], *given, **named))
        return seen[0] if len(seen) == 1 else torch.cat(seen)
