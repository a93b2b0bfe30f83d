"""The pool of loaded models: a byte budget per device, what runs is pinned, what is worth least goes first.

A model out of its device's budget moves to RAM; out of RAM's budget it is dropped and read from disk next
time. Its worth is the time it took to load per byte, aged by use (GreedyDual-Size, as in the store).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
from time import perf_counter
from typing import TYPE_CHECKING, Any

from engine.declare.handle import Adapted, Handle
from engine.declare.types import OnDevice
from engine.errors import KnotworkError, an

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


@dataclass(slots=True)
class Pool:
    """Models by handle.

    Attributes:
        find: Content digest → path, for loading.
        budgets: Device type → bytes; ``cpu`` is the budget of RAM.
        residents: What is loaded. A model that can be changed is here without its changes, but for a second
            copy of one that is used in two ways at once.
    """

    find: Callable[[str], Path]
    budgets: dict[str, int]
    residents: dict[Handle, Resident] = field(default_factory=dict[Handle, Resident])
    _age: float = 0.0
    _changed: Condition = field(default_factory=Condition)
    _loading: set[Handle] = field(default_factory=set[Handle])

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
                self._shrink()
                self._changed.notify_all()

    @contextmanager
    def offloaded(self, handle: Handle, device: str) -> Generator[OnDevice[Handle]]:
        """Load a model whose layers are on the device only while they compute: for when memory ran out.

        Slower than ``acquire``, and exact. The model leaves when the block ends.
        """
        from diffusers.hooks.group_offloading import apply_group_offloading
        from torch import device as torch_device

        model = _bare(handle).load(self.find)
        if isinstance(handle, Adapted):
            handle.adapt(model, self.find)
        apply_group_offloading(
            model,
            onload_device=torch_device(device),
            offload_device=torch_device("cpu"),
            offload_type="leaf_level",
        )
        yield OnDevice(handle, model, device)

    def free(self) -> None:
        """Drop every model that nobody uses now, as after running out of memory."""
        with self._changed:
            for handle in [handle for handle, resident in self.residents.items() if not resident.pins]:
                del self.residents[handle]
        _empty_device_caches()

    def _pinned(self, handle: Handle, device: str) -> Resident:
        with self._changed:
            while (key := self._key(handle)) in self._loading:
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
        except BaseException:
            with self._changed:
                self.residents.pop(key, None)  # it may have been changed by half
            raise
        finally:
            with self._changed:
                self._loading.discard(key)
                self._changed.notify_all()
        with self._changed:
            self.residents[key] = resident
            self._shrink()
        return resident

    def _key(self, handle: Handle) -> Handle:
        """Where a handle's model is or will be: with the bare one's, unless that is in use in another way."""
        bare = _bare(handle)
        found = self.residents.get(bare)
        busy = found is not None and found.pins and found.worn != handle
        return handle if busy or handle in self.residents else bare

    def _prepared(self, handle: Handle, resident: Resident | None, device: str) -> Resident:
        """Load a model where there is none, pin it, and put the handle's changes on."""
        if resident is None:
            resident = self._load(_bare(handle), device)
            with self._changed:
                self._age_on_use(resident)
        if resident.worn != handle and isinstance(handle, Adapted):
            handle.adapt(resident.model, self.find)
            resident.worn, resident.size = handle, size_of(resident.model)
        return resident

    def _load(self, handle: Handle, device: str) -> Resident:
        start = perf_counter()
        model = handle.load(self.find)
        size = size_of(model)
        with self._changed:
            self._make_room(device, size)
        if hasattr(model, "to"):
            model.to(device)
        return Resident(model, handle, device, size, perf_counter() - start)

    def _age_on_use(self, resident: Resident) -> None:
        resident.pins += 1
        resident.worth = self._age + resident.cost / max(resident.size, 1)

    def _move(self, resident: Resident, device: str) -> None:
        if resident.device != device:
            self._make_room(device, resident.size)
            resident.model.to(device)
            resident.device = device

    def _make_room(self, device: str, size: int) -> None:
        """Evict until the device has room for some bytes more, as far as pins allow."""
        budget = self.budgets.get(device.split(":")[0])
        while budget is not None and self._used(device) + size > budget and self._evict(device):
            pass

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
            resident = self.residents[handle]
            resident.model.to("cpu")
            resident.device = "cpu"
            self._make_room("cpu", 0)
        return True


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
