"""The precision in which a library builds a module, kept to the thread that builds it.

Diffusers and transformers make it PyTorch's default while they build one: that of the whole process, so that
a picture which another thread reads meanwhile, or a mask that it makes, would have it, too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from nodes.library_lock import library_lock

MAKERS: frozenset[Callable[..., Any]] = frozenset(
    {
        torch.empty,
        torch.empty_strided,
        torch.eye,
        torch.linspace,
        torch.logspace,
        torch.ones,
        torch.rand,
        torch.randn,
        torch.zeros,
    }
)
"""What makes tensors of the default precision."""
BY_VALUE: frozenset[Callable[..., Any]] = frozenset(
    {torch.arange, torch.as_tensor, torch.full, torch.scalar_tensor, torch.tensor}
)
"""What makes them where it is given Python's floats."""


class DefaultDtype(TorchFunctionMode):
    """In a block, and in its thread alone, new tensors are of a precision unless they are given another.

    Args:
        dtype: The precision, in place of that of the block around it, or float32.
    """

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function of PyTorch, with the precision if it would make what is of the default."""
        given = kwargs or {}
        own = given if given.get("dtype") else given | {"dtype": self.dtype}
        if func in MAKERS:
            return func(*args, **own)
        made = func(*args, **given)
        if func not in BY_VALUE or made.dtype != torch.empty(0).dtype:
            return made
        is_array = any(hasattr(value, "dtype") for value in args[:1])  # whose precision as_tensor keeps
        return made if is_array else func(*args, **own)


@contextmanager
def default_kept() -> Generator[None]:
    """For a block, diffusers and transformers build modules as ever, without another default for the process.

    Legacy constructors such as ``torch.Tensor(3)`` stay as they are; only weights that nothing computes with
    are made by them.
    """
    with library_lock, ExitStack() as stack:  # no class of a library can be asked before its module is there
        for owner, name, value in (*_of_diffusers(), *_of_transformers()):
            stack.callback(setattr, owner, name, vars(owner)[name])
            setattr(owner, name, value)
        yield


def _of_diffusers() -> Iterator[tuple[Any, str, Any]]:
    """What stands in diffusers' places: it sets a default, then builds in a block of its own."""
    if (library := sys.modules.get("diffusers.models.modeling_utils")) is None:
        return
    without_weights = library.no_init_weights
    asked = torch.float32

    def ask(cls: Any, dtype: torch.dtype) -> None:
        nonlocal asked
        asked = dtype

    @contextmanager
    def building() -> Generator[None]:
        with without_weights(), DefaultDtype(asked):
            yield

    yield library.ModelMixin, "_set_default_torch_dtype", classmethod(ask)
    yield library, "no_init_weights", building


def _of_transformers() -> Iterator[tuple[Any, str, Any]]:
    if (library := sys.modules.get("transformers.modeling_utils")) is not None:
        yield library, "local_torch_dtype", lambda dtype, _=None: DefaultDtype(dtype)
