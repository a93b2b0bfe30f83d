"""This machine: a lane of threads for the CPU, one lane for the GPU, and what runs share."""

from __future__ import annotations

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from engine.errors import KnotworkError
from engine.executors.memory import memory
from engine.graph.collector import ease_collector
from engine.plan.environment import default_device
from engine.plan.plan import Plan
from engine.run.events import Event, Listener
from engine.run.flights import Flights
from engine.run.heap import keep_heap
from engine.run.leases import Leases
from engine.run.report import Report
from engine.run.residency import Pool
from engine.run.scheduler import Options, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.settings import Settings
    from engine.store.store import Store

TINY = 0.002
"""Seconds below which handing a call to a thread costs more than it brings."""


FOR_MODELS = 0.7
"""Part of a device's memory that models may take when no budget is set; the rest is for what they compute."""
IN_RAM = 0.5
"""Part of the machine's memory that models may take."""


class DeviceError(KnotworkError):
    """The device asked for is not there."""


class Local:
    """Executes plans on this machine. Runs in several threads share its store, models and work.

    Args:
        settings: Budgets and device.
        store: Where results live.
        find: Content digest → path, for loading models.
    """

    def __init__(self, settings: Settings, store: Store, find: Callable[[str], Path]) -> None:
        ease_collector()
        keep_heap()
        self.store = store
        self.device = default_device() if settings.device == "auto" else settings.device
        self.threads = {"cpu": max(4, os.cpu_count() or 1)}
        if self.device != "cpu":
            self.threads[self.device] = 1
        self.flights = Flights()
        self.leases = Leases(store)
        self.seconds: dict[str, float] = {}
        self.pool = Pool(find, _budgets(settings, self.device), settings.offload)
        self._threads = settings.threads
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._lock = Lock()
        self._prepared = False

    def __enter__(self) -> Local:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for what runs, and for the store to be durable."""
        self.settle()
        self.store.flush()
        self.leases.close()
        self.store.close()

    def settle(self) -> None:
        """Wait until no lane works any more, cancelled work included."""
        while self._lanes:
            self._lanes.popitem()[1].shutdown()

    def run(self, plan: Plan, listen: Listener | None = None, options: Options | None = None) -> Report:
        """Run a plan to its end. See ``start`` for one that can be cancelled."""
        return self.start(plan, listen, options).execute()

    def start(self, plan: Plan, listen: Listener | None = None, options: Options | None = None) -> Run:
        """A run that has not begun: ``execute`` runs it in this thread, ``cancel`` stops it from another.

        Args:
            plan: What to run.
            listen: Takes events one at a time, from any thread.
            options: How.
        """
        return Run(plan, self, _one_at_a_time(listen), options or Options())

    def lane_of(self, computes: bool) -> str:
        """Name of the lane for a node, by whether tensors pass through it."""
        return self.device if computes else "cpu"

    def lane(self, computes: bool) -> Executor:
        """The threads of that lane, ready for such a node."""
        if computes:
            self._prepare()
        name = self.lane_of(computes)
        with self._lock:
            if name not in self._lanes:
                self._lanes[name] = ThreadPoolExecutor(self.threads[name], f"knotwork-{name}")
            return self._lanes[name]

    def worth_a_lane(self, node: str) -> bool:
        """Whether a call takes so long, or is so little known, that it goes to a thread."""
        return self.seconds.get(node, 1.0) > TINY

    def flush(self) -> None:
        """Wait until everything stored is durable."""
        self.store.flush()

    def _prepare(self) -> None:
        """Settle once what changes the numbers of every tensor node."""
        with self._lock:
            if self._prepared:
                return
            import torch

            self._settle_device()
            if self._threads:
                torch.set_num_threads(self._threads)
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
            torch.backends.cudnn.benchmark = False
            torch.use_deterministic_algorithms(True, warn_only=True)
            # Filling costs time, and changes no result; the attribute is one of a module that has no stub.
            setattr(torch.utils.deterministic, "fill_uninitialized_memory", False)  # noqa: B010
            self._prepared = True

    def _settle_device(self) -> None:
        """Make sure that the device is there, and that models leave room on it for what they compute."""
        import torch

        kind = self.device.split(":")[0]
        if kind == "cuda" and not torch.cuda.is_available():
            raise DeviceError(f"expected {self.device}, torch finds no CUDA device. Set KNOTWORK_DEVICE=cpu.")
        if kind == "mps" and not torch.backends.mps.is_available():
            raise DeviceError(f"expected {self.device}, torch finds none. Set KNOTWORK_DEVICE=cpu.")
        if kind == "cuda" and kind not in self.pool.budgets:
            _, total = torch.cuda.mem_get_info(torch.device(self.device))
            self.pool.budgets[kind] = int(FOR_MODELS * total)


def _one_at_a_time(listen: Listener | None) -> Listener:
    if listen is None:
        return lambda event: None
    lock = Lock()

    def tell(event: Event) -> None:
        with lock:
            listen(event)

    return tell


def _budgets(settings: Settings, device: str) -> dict[str, int]:
    """Bytes for models in RAM and on the device; without a setting, what the machine has to spare."""
    budgets = {"cpu": max(settings.ram_budget, int(IN_RAM * memory()))}
    if settings.vram_budget:
        budgets[device.split(":")[0]] = settings.vram_budget
    return budgets
