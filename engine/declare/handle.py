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
