"""Dropout that stays on when a model speaks, drawn from a generator of the call's own.

SpeechT5's decoder draws its dropout (Shen et al., arXiv 1712.05884, section 2.2) with ``torch.bernoulli``
from the process's generator, which others use at the same time. Here those draws are led to another
generator, for this thread alone; on the CPU, so that equal seeds say the same on every device.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def drawing_from(generator: torch.Generator, tick: Callable[[], None]) -> AbstractContextManager[Any]:
    """While it is entered, ``torch.bernoulli`` draws from a generator in this thread.

    Args:
        generator: On the CPU.
        tick: Called before each draw; what it raises ends what is being computed.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    class Draws(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
        ) -> Any:
            if func is not torch.bernoulli:
                return func(*args, **(kwargs or {}))
            tick()
            like, *more = args
            drawn = torch.bernoulli(like.cpu(), *more, **(kwargs or {}), generator=generator)
            return drawn.to(like.device)

    return Draws()
