"""Values under way in a run: where each output is now, and how many still want to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import KnotworkError
from engine.store.ref import Missing, Ref

ABSENT = object()


class Lost(KnotworkError):
    """A stored value that was counted on is gone; its instance has to run again.

    Attributes:
        instance: Number of the instance.
    """

    def __init__(self, instance: int) -> None:
        super().__init__(f"the stored result of instance {instance} is gone")
        self.instance = instance


@dataclass(slots=True, eq=False)
class Slot:
    """One output's value.

    Attributes:
        ref: Its place in the store; None for a value that is not stored.
        value: The value itself while it is in memory.
        mine: Whether this run computed it and shares it with no other run.
    """

    ref: Ref | None
    value: Any = ABSENT
    mine: bool = False

    @property
    def readable(self) -> bool:
        """Whether the value is in memory or in the store."""
        return self.ref is not None or self.value is not ABSENT


def fill(refs: Mapping[str, Ref], values: Mapping[str, Any], *, mine: bool) -> dict[str, Slot]:
    """Slots of an instance that just ran."""
    return {name: Slot(refs.get(name), value, mine) for name, value in values.items()}


def found(refs: Mapping[str, Ref]) -> dict[str, Slot]:
    """Slots of an instance whose outputs are in the store."""
    return {name: Slot(ref) for name, ref in refs.items()}


def read(slot: Slot, instance: int, load: Callable[[Ref], Any]) -> Any:
    """The value of a slot, from memory or from the store.

    Raises:
        Lost: It is in neither.
    """
    value = slot.value
    if value is not ABSENT:
        return value
    if slot.ref is None:
        raise Lost(instance)
    try:
        return load(slot.ref)
    except Missing:
        raise Lost(instance) from None
