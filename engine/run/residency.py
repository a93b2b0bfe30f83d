"""The pool of loaded models: a byte budget per device, what runs is pinned, what is worth least goes first.

A model out of its device's budget moves to RAM; out of RAM's budget it is dropped and read from disk next
time. Its worth is the time it took to load per byte, aged by use (GreedyDual-Size, as in the store). A model
that is larger than its device's budget stays in RAM, and its blocks take turns on the device.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from engine.declare.handle import Adapted, Handle
from engine.declare.types import OnDevice
from engine.errors import KnotworkError, an
from engine.run.heap import give_back
from engine.run.offload import stay, take_turns
from engine.settings import Offload

if TYPE_CHECKING:
    from torch import nn


class ModelError(KnotworkError):
    """A handle's model can't be loaded."""


@dataclass(slots=True)
class Resident:
    """One loaded model.

    Attributes:
        model: The module.
        worn: The handle whose changes it has now.
        device: Where it is now.
        visits: Device on which its layers take turns while it lies in RAM; empty where it goes there whole.
        size: Bytes of its parameters and buffers.
        cost: Seconds its loading took.
        worth: Priority for staying.
        pins: Calls that use it now.
    """

    model: Any
    worn: Handle
    device: str
    size: int
    cost: float
    worth: float = 0.0
    pins: int = 0
    visits: str = ""


@dataclass(frozen=True, slots=True)
class Second:
    """Where a second copy of a model is: one that was asked for while the first was in use in another way."""

    handle: Handle


@dataclass(slots=True)
class Pool:
    """Models by handle.

    Attributes:
        find: Content digest → path, for loading.
        budgets: Device type → bytes; ``cpu`` is the budget of RAM.
        offload: What is kept off devices, as the setting says.
        residents: What is loaded. A model that can be changed is here by its handle without changes, but for
            second copies.
    """

    find: Callable[[str], Path]
    budgets: dict[str, int]
    offload: Offload = "none"
    residents: dict[Handle | Second, Resident] = field(default_factory=dict[Handle | Second, Resident])
    _age: float = 0.0
    _changed: Condition = field(default_factory=Condition)
    _loading: set[Handle | Second] = field(default_factory=set[Handle | Second])

    @contextmanager
    def acquire(self, handle: Handle, device: str) -> Generator[OnDevice[Handle]]:
        """Load a model, or find it loaded, and keep it on the device for the length of the block.

        Raises:
            ModelError: What was linked is not a handle.
        """
        if not isinstance(handle, Handle):  # pyright: ignore[reportUnnecessaryIsInstance] # links are gradual
            raise ModelError(f"expected a model, got {an(type(handle).__name__)}. Link a loader.")
        resident = self._pinned(handle, device)
        try:
            yield OnDevice(handle, resident.model, device)
        finally:
            with self._changed:
                resident.pins -= 1
                if self.offload == "model" and not resident.pins:
                    self._to_ram(resident)
                self._shrink()
                self._changed.notify_all()

    @contextmanager
    def offloaded(self, handle: Handle, device: str) -> Generator[OnDevice[Handle]]:
        """Load a model whose layers are on the device only while they compute: for when memory ran out.

        Slower than ``acquire``, and exact. The model leaves when the block ends.
        """
        model = _bare(handle).load(self.find)
        if isinstance(handle, Adapted):
            handle.adapt(model, self.find)
        take_turns(model, device, "leaf")
        yield OnDevice(handle, model, device)

    def free(self) -> None:
        """Drop every model that nobody uses now, as after running out of memory."""
        with self._changed:
            for handle in [handle for handle, resident in self.residents.items() if not resident.pins]:
                del self.residents[handle]
        give_back()
        _empty_device_caches()

    def _pinned(self, handle: Handle, device: str) -> Resident:
        with self._changed:
            while {_bare(handle), key := self._key(handle)} & self._loading:
                self._changed.wait()
            resident = self.residents.get(key)
            if resident is not None:
                self._age_on_use(resident)
                self._move(resident, device)
                if resident.worn == handle:
                    return resident
            self._loading.add(key)
        try:
            resident = self._prepared(handle, resident, device)
            with self._changed:
                self.residents[key] = resident
        except BaseException:
            with self._changed:
                self.residents.pop(key, None)  # it may have been changed by half
            raise
        finally:
            with self._changed:
                self._loading.discard(key)
                self._shrink()
                self._changed.notify_all()
        return resident

    def _key(self, handle: Handle) -> Handle | Second:
        """Where a handle's model is or will be: with the bare one's, unless that is in use in another way."""
        bare, second = _bare(handle), Second(handle)
        found = self.residents.get(bare)
        busy = found is not None and found.pins and found.worn != handle
        return second if busy or second in self.residents else bare

    def _prepared(self, handle: Handle, resident: Resident | None, device: str) -> Resident:
        """Load a model where there is none, pin it, and put the handle's changes on."""
        if resident is None:
            resident = self._load(_bare(handle), device)
            with self._changed:
                self._age_on_use(resident)
        if resident.worn != handle and isinstance(handle, Adapted):
            if resident.visits:
                stay(resident.model)
            handle.adapt(resident.model, self.find)
            if resident.visits:
                take_turns(resident.model, resident.visits, self._turns())
            resident.worn, resident.size = handle, size_of(resident.model)
        return resident

    def _load(self, handle: Handle, device: str) -> Resident:
        start = perf_counter()
        model = handle.load(self.find)
        size = size_of(model)
        visits = device if self._too_large(size, device) else ""
        device = "cpu" if visits else device
        with self._changed:
            self._make_room(device, size)
        if hasattr(model, "to"):
            model.to(device)
        if visits:
            take_turns(model, visits, self._turns())
        return Resident(model, handle, device, size, perf_counter() - start, visits=visits)

    def _too_large(self, size: int, device: str) -> bool:
        """Whether a model's layers take turns on the device: always, or because it can't be there whole."""
        kind = device.split(":")[0]
        return (
            bool(size)
            and kind != "cpu"
            and (self.offload in ("group", "leaf") or size > self.budgets.get(kind, size))
        )

    def _turns(self) -> Literal["group", "leaf"]:
        return "leaf" if self.offload == "leaf" else "group"

    def _age_on_use(self, resident: Resident) -> None:
        resident.pins += 1
        resident.worth = self._age + resident.cost / max(resident.size, 1)

    def _move(self, resident: Resident, device: str) -> None:
        if resident.visits:
            return
        if resident.device != device:
            self._make_room(device, resident.size)
            resident.model.to(device)
            resident.device = device

    def _make_room(self, device: str, size: int) -> None:
        """Evict until the device has room for some bytes more, as far as pins allow."""
        budget, before = self.budgets.get(device.split(":")[0]), len(self.residents)
        while budget is not None and self._used(device) + size > budget and self._evict(device):
            pass
        if len(self.residents) < before:
            give_back()

    def _shrink(self) -> None:
        for device in {resident.device for resident in self.residents.values()}:
            self._make_room(device, 0)

    def _used(self, device: str) -> int:
        return sum(resident.size for resident in self.residents.values() if resident.device == device)

    def _evict(self, device: str) -> bool:
        """Send the least valuable unpinned model one tier down; False when all are pinned."""
        free = [(r.worth, h) for h, r in self.residents.items() if r.device == device and not r.pins]
        if not free:
            return False
        self._age, handle = min(free, key=lambda pair: pair[0])
        if device == "cpu":
            del self.residents[handle]
        else:
            self._to_ram(self.residents[handle])
        return True

    def _to_ram(self, resident: Resident) -> None:
        if resident.device != "cpu":
            if hasattr(resident.model, "to"):
                resident.model.to("cpu")
            resident.device = "cpu"
            self._make_room("cpu", 0)


def _bare(handle: Handle) -> Handle:
    return handle.bare() if isinstance(handle, Adapted) else handle


def size_of(model: nn.Module | Any) -> int:
    """Bytes of a module's parameters and buffers, each storage once; 0 for what is not a module."""
    if not hasattr(model, "parameters"):
        return 0
    tensors = (*model.parameters(), *model.buffers())
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
    return sum(storages.values())


def _empty_device_caches() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def out_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, says that a device or the machine has no memory left."""
    torch = sys.modules.get("torch")
    kinds = (MemoryError,) if torch is None else (MemoryError, torch.OutOfMemoryError)
    while error is not None and not isinstance(error, kinds):
        error = error.__cause__
    return error is not None
