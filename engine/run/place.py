"""Where a plan is executed, as far as a run knows it."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Protocol

from engine.run.flights import Flights
from engine.run.job import Results
from engine.run.leases import Leases
from engine.run.residency import Pool


class Place(Protocol):
    """Where a plan is executed: the lanes, and the memory that runs share.

    Attributes:
        store: Where results live.
        pool: Loaded models.
        flights: Work under way in this process.
        leases: Keys that this process computes, for the other ones.
        device: Device that tensor nodes compute on.
        width: Calls that run side by side on the CPU.
        seconds: Node id → typical seconds of a call, learned as it runs.
    """

    store: Results
    pool: Pool
    flights: Flights
    leases: Leases
    device: str
    width: int
    seconds: dict[str, float]

    def lane(self, computes: bool) -> Executor:
        """The threads for a node, by whether tensors pass through it."""
        ...

    def flush(self) -> None:
        """Wait until everything stored is durable."""
        ...

    def worth_a_lane(self, node: str) -> bool:
        """Whether a call takes so long that handing it to a thread pays."""
        ...
