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
        self._users: dict[Storage, int] = {}
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
                self._add(storage)
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
        """Let a value go to a reader who will change it in place.

        Returns:
            False when it isn't here, or when another value here shares its memory: the reader must copy it.
        """
        with self._lock:
            held = self._held.get(digest)
            if held is None or any(self._users[storage] > 1 for storage in held.storages):
                return False
            self._forget(digest)
            self._policy.remove(digest)
            return True

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            for digest in list(self._held):
                self._forget(digest)
                self._policy.remove(digest)

    def _shrink(self) -> None:
        if self.used <= self.budget:
            return
        victims = self._policy.victims(kept=lambda _: False)
        for digest in victims:
            self._forget(digest)
            if self.used <= self.budget:
                victims.close()

    def _add(self, storage: Storage) -> None:
        users = self._users.get(storage, 0)
        self._users[storage] = users + 1
        if not users:
            self.used += storage[1]

    def _forget(self, digest: str) -> None:
        for storage in self._held.pop(digest).storages:
            self._users[storage] -= 1
            if not self._users[storage]:
                del self._users[storage]
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
