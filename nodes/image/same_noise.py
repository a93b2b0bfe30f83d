"""Networks that draw noise as they compute (AuraSR, GFPGAN), and yet give equal bytes for equal pictures.

They draw from the process's generator, which other threads use at the same time. Here those draws are led to
generators of the block's own, for this thread alone.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def same_noise() -> AbstractContextManager[Any]:
    """Let the noise that torch draws in the block be that of ``torch.manual_seed(0)`` each time."""
    import torch
    from torch.overrides import TorchFunctionMode

    generators: dict[torch.device, torch.Generator] = {}

    def on(device: Any) -> torch.Generator:
        place = torch.device(device or "cpu")
        return generators.setdefault(place, torch.Generator(place).manual_seed(0))

    class Draws(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
        ) -> Any:
            named = kwargs or {}
            if func is torch.randn:
                return func(*args, **named, generator=on(named.get("device")))
            if func is torch.randn_like:
                like = torch.empty_like(*args, **named)
                return like.normal_(generator=on(like.device))
            if func is torch.Tensor.normal_ and "generator" not in named:
                return func(*args, **named, generator=on(args[0].device))
            return func(*args, **named)

    return Draws()
