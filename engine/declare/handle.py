"""A handle: a frozen description of a model, and how its module is built when a node needs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

Find = Callable[[str], Path]


@runtime_checkable
class Handle(Protocol):
    """What the pool of loaded models needs of a handle. Handles are values: frozen dataclasses of scalars."""

    def load(self, find: Find) -> Any:
        """Build the module on the CPU, in eval mode, with the handle's dtype and patches.

        Args:
            find: Content digest → the file or folder that has it now.
        """
        ...


@runtime_checkable
class Adapted(Handle, Protocol):
    """A handle of a model with changes that can be put on and taken off while it is loaded, such as LoRAs.

    The pool keeps the model once, and changes it when another strength or set of changes is asked for.
    """

    def bare(self) -> Handle:
        """The same model without the changes; itself where it has none."""
        ...

    def adapt(self, model: Any, find: Find) -> None:
        """Give a loaded model these changes in place of those that it has, so that none is left of them.

        Args:
            model: What ``bare().load`` built, where it is now.
            find: Content digest → the file or folder that has it now.
        """
        ...
