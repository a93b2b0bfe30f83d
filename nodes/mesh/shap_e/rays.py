"""Where Shap-E's rays are asked, which is drawn: the same places every time, whatever else draws meanwhile.

Diffusers seeds the process's generators with 0 for each batch of rays and draws from them, which other
threads do at the same time. Here those draws are led to a generator of its own, for this thread alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nodes.process_generator import process_generator


@contextmanager
def same_rays(device: str) -> Iterator[None]:
    """Draw in the block as diffusers does, and leave the process's generators as they were.

    Args:
        device: Where the rays are.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    place = torch.device(device)
    own = torch.Generator(place)

    class Draws(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
        ) -> Any:
            named = kwargs or {}
            if func is torch.rand_like:  # first of a batch, once the process's generators are seeded
                return torch.empty_like(*args, **named).uniform_(generator=own.manual_seed(0))
            if func is torch.rand:
                return func(*args, **named, generator=own)
            return func(*args, **named)

    with process_generator([place] if place.type == "cuda" else []), Draws():
        yield
