"""Where a plan is executed, as far as a run knows it."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Protocol

from engine.run.flights import Flights
from engine.run.job import Results
from engine.run.leases import Leases
from engine.run.residency import Pool


class Place(Protocol):
    """Where a plan is executed: the lanes, and the memory that runs share."""

    @property
    def store(self) -> Results:
        """Where results live."""
        ...

    @property
    def pool(self) -> Pool:
        """Loaded models."""
        ...

    @property
    def flights(self) -> Flights:
        """Work under way in this process."""
        ...

    @property
    def leases(self) -> Leases:
        """Keys that this process computes, for the other ones."""
        ...

    @property
    def device(self) -> str:
        """Device that tensor nodes compute on."""
        ...

    @property
    def width(self) -> int:
        """Calls that run side by side on the CPU."""
        ...

    @property
    def seconds(self) -> dict[str, float]:
        """Node id → typical seconds of a call, learned as it runs."""
        ...

    def lane(self, computes: bool) -> Executor:
        """The threads for a node, by whether tensors pass through it."""
        ...

    def flush(self) -> None:
        """Wait until everything stored is durable."""
        ...

    def worth_a_lane(self, node: str) -> bool:
        """Whether a call takes so long that handing it to a thread pays."""
        ...
