"""Values kept in memory, so that a reader in the same process need not read them from disk again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from engine.store.eviction import GreedyDual

if TYPE_CHECKING:
    import torch

ABSENT = object()
"""What ``Memory.get`` gives for a value that isn't held."""

Storage = tuple[int, int]
"""Address and bytes of memory that tensors may share; of a value without tensors its id."""


@dataclass(frozen=True, slots=True)
class _Held:
    value: Any
    storages: frozenset[Storage]


class Memory:
    """The RAM tier. Memory that several values share is counted once.

    Attributes:
        budget: Bytes that it may hold.
        used: Bytes that it holds.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._held: dict[str, _Held] = {}
        self._users: dict[Storage, set[str]] = {}
        self._policy = GreedyDual[str]()
        self._lock = Lock()

    def put(self, digest: str, value: Any, *, seconds: float, size: int) -> None:
        """Hold a value. Values on another device than the CPU are left to their owner.

        Args:
            digest: Its content digest.
            value: The value itself; nobody may change it while it is here.
            seconds: Time to have it again.
            size: Its encoded bytes, counted when it has no tensors.
        """
        tensors = list(_tensors(value))
        if any(tensor.device.type != "cpu" for tensor in tensors):
            return
        storages = frozenset(_storage(tensor) for tensor in tensors) or frozenset({(id(value), size)})
        with self._lock:
            if digest in self._held:
                self._policy.use(digest)
                return
            if sum(size for _, size in storages) > self.budget:
                return
            self._held[digest] = _Held(value, storages)
            for storage in storages:
                self.used += 0 if storage in self._users else storage[1]
                self._users.setdefault(storage, set()).add(digest)
            self._policy.add(digest, seconds, size)
            self._shrink()

    def get(self, digest: str) -> Any:
        """The value, or ``ABSENT``."""
        with self._lock:
            held = self._held.get(digest)
            if held is None:
                return ABSENT
            self._policy.use(digest)
            return held.value

    def take(self, digest: str) -> bool:
        """Let a value go, and with it those that share its memory: a reader will change it in place.

        Returns:
            Whether it was here.
        """
        with self._lock:
            was_here = digest in self._held
            if was_here:
                self._forget(digest)
            return was_here

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            while self._held:
                self._forget(next(iter(self._held)))

    def _shrink(self) -> None:
        victims = self._policy.victims(kept=lambda _: False)
        while self.used > self.budget and (digest := next(victims, None)) is not None:
            self._forget(digest)

    def _forget(self, digest: str) -> None:
        """Let a value go and all that share memory with it: apart they would free nothing."""
        going = [digest]
        while going:
            digest = going.pop()
            held = self._held.pop(digest, None)
            self._policy.remove(digest)
            for storage in held.storages if held else ():
                if storage in self._users:
                    going += self._users.pop(storage) - {digest}
                    self.used -= storage[1]


def _storage(tensor: torch.Tensor) -> Storage:
    storage = tensor.untyped_storage()
    return storage.data_ptr(), storage.nbytes()


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """Every tensor in a value, found without importing torch: a value with tensors has imported it."""
    torch = sys.modules.get("torch")
    if torch is None:
        return
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(value, dict):
            waiting.extend(value.values())  # pyright: ignore[reportUnknownArgumentType]
        elif is_dataclass(value) and not isinstance(value, type):
            waiting.extend(getattr(value, field.name) for field in fields(value))
