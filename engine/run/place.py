"""Where a plan is executed, as far as a run knows it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Protocol

from engine.run.flights import Flights
from engine.run.leases import Leases
from engine.run.residency import Pool
from engine.run.work import Results


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
    def threads(self) -> Mapping[str, int]:
        """Lane → calls that run side by side in it."""
        ...

    @property
    def seconds(self) -> dict[str, float]:
        """Node id → typical seconds of a call, learned as it runs."""
        ...

    def lane_of(self, computes: bool) -> str:
        """Name of the lane for a node, by whether tensors pass through it."""
        ...

    def lane(self, computes: bool) -> Executor:
        """The threads of that lane, ready for such a node."""
        ...

    def flush(self) -> None:
        """Wait until everything stored is durable."""
        ...

    def worth_a_lane(self, node: str) -> bool:
        """Whether a call takes so long that handing it to a thread pays."""
        ...
