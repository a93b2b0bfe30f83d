"""What it takes to run one instance: its inputs, its key, and what a store can do for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from engine.declare.node import Node
from engine.errors import StoreError
from engine.graph.flat import Source
from engine.plan.plan import Plan
from engine.run.slots import Slot
from engine.store.index import Entry
from engine.store.ref import Ref


class Results(Protocol):
    """The part of the store that jobs use."""

    def probe(self, keys: Sequence[bytes]) -> Mapping[bytes, Entry]:
        """Entries by key, of those that are there."""
        ...

    def load(self, ref: Ref) -> Any:
        """A stored value."""
        ...

    def ref(self, value: Any) -> Ref:
        """The ref that a value would get; nothing is stored."""
        ...

    def put(
        self,
        key: bytes,
        outputs: Mapping[str, Any],
        *,
        node: str,
        seconds: float,
        ingredients: bytes,
        on_commit: Callable[[], None] | None = None,
        on_error: Callable[[StoreError], None] | None = None,
    ) -> Mapping[str, Ref]:
        """Store outputs; ``on_commit`` is called once they are durable, ``on_error`` if they never are."""
        ...

    def take(self, ref: Ref) -> bool:
        """Give up the store's own hold on a value in memory."""
        ...

    def hold(self, keys: Sequence[bytes]) -> AbstractContextManager[None]:
        """Don't give up entries while the block lasts."""
        ...

    def drop(self, keys: Sequence[bytes]) -> object:
        """Forget keys."""
        ...


@dataclass(slots=True)  # not frozen: made for every call, and making a frozen one costs four times as much
class Work:
    """What it takes to run one instance.

    Attributes:
        plan: The plan.
        index: The instance.
        key: Key to store the result under; None when there is none.
        payload: What the key hashed.
        inputs: Slots by linked port.
        sources: Their sources, in the same order.
        exclusive: Owned ports whose value nobody else reads any more.
        stored: Outputs worth storing: the ones that are read, and small ones.
        device: Device it computes on.
        check_purity: Check that the node leaves its inputs alone.
        anew: Whether a loop takes all of its turns, whatever it kept before.
    """

    plan: Plan
    index: int
    key: bytes | None
    payload: bytes
    inputs: Mapping[str, list[Slot]]
    sources: Mapping[str, list[Source]]
    exclusive: Set[str]
    stored: frozenset[str]
    device: str
    check_purity: bool
    anew: bool = False


@cache
def owned_ports(node: Node[Any, Any]) -> tuple[str, ...]:
    """Ports that get the value itself, to change it, when nobody else reads it."""
    return tuple(port.name for port in node.inputs.values() if port.owned)
