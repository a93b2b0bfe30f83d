"""What first-block caches know of the turn before, carried by the loop as a value.

Diffusers keeps it in the module, where another run would find it and a resumed one would miss it. Here it is
laid into the module for one call and taken out again, so that a loop that goes on from a checkpoint gives the
same bytes, and a model that several runs share stays as it is.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from nodes.checkpoints.options import ALONE, CACHES
from nodes.library_lock import library_lock

if TYPE_CHECKING:
    import torch

    from nodes.diffusion.family import Question

    Tensors = Mapping[str, torch.Tensor]


class BlockMemory:
    """The memory of one turn's calls of a denoiser.

    Args:
        before: Name → tensor, as ``SchedulerState`` carries them; empty at the start of a run.

    Attributes:
        after: The same for the next turn.
    """

    def __init__(self, before: Tensors) -> None:
        self._before = before
        self.after: dict[str, torch.Tensor] = {}

    @contextmanager
    def during(self, model: Any, call: int, question: Question) -> Generator[None]:
        """Have the model remember its call of the turn before.

        Args:
            model: The denoiser's module; nothing happens to one without caches.
            call: Which of the turn's calls; the last is -1, whether or not others come before it.
            question: What is asked: a call of another shape remembers nothing.
        """
        caches = getattr(model, CACHES, ())
        asked = (question.samples, question.cond.embeds)
        shapes = ",".join("x".join(map(str, one.shape)) for one in asked if one is not None)
        with getattr(model, ALONE, None) or nullcontext():
            names = [f"{call}/{number}/{shapes}" for number in range(len(caches))]
            for cache, name in zip(caches, names, strict=True):
                _put(cache, call, self._named(name), question.samples.device)
            try:
                yield
                for cache, name in zip(caches, names, strict=True):
                    self.after |= {f"{name}/{part}": one for part, one in _taken(cache).items()}
            finally:
                for cache in caches:
                    cache.reset()

    def _named(self, name: str) -> Tensors:
        start = f"{name}/"
        return {key.removeprefix(start): one for key, one in self._before.items() if key.startswith(start)}


def _put(cache: Any, call: int, memory: Tensors, device: torch.device) -> None:
    with library_lock:
        from diffusers.hooks.hooks import CacheContext

    cache.set_context(CacheContext(str(call)))
    if memory:
        state, here = cache.get_state(), {part: one.to(device) for part, one in memory.items()}
        state.head_block_residual = here["first"]
        state.tail_block_residuals = (here["rest"], here.get("text"))


def _taken(cache: Any) -> dict[str, torch.Tensor]:
    """What the first block added, and what the rest did, to pictures and to the text's hidden states."""
    state = cache.get_state()
    if state.head_block_residual is None:
        return {}
    rest, text = state.tail_block_residuals
    found = {"first": state.head_block_residual, "rest": rest, "text": text}
    return {part: one.contiguous() for part, one in found.items() if one is not None}
