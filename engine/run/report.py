"""What a run did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.errors import NodeFailed

Status = Literal["done", "failed", "cancelled", "paused"]
Outcome = Literal["executed", "cached", "skipped", "failed", "blocked", "cancelled"]


@dataclass(slots=True)
class Report:
    """Outcome of a run.

    Attributes:
        status: ``done`` when every wanted output is there; ``paused`` when it was stopped to go on later.
        outcomes: Instance → what became of it; instances not needed are not listed.
        total: Instances in the graph.
        outputs: Wanted output → value, for those that are there.
        digests: Wanted output → content digest.
        failures: Every failure, in the order of their happening.
        warnings: What went less well than it should: results that could not be kept.
        timings: Executed instance → seconds.
        seconds: Stage (``plan``, ``run``) → seconds.
    """

    status: Status = "done"
    outcomes: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    total: int = 0
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    digests: dict[str, str] = field(default_factory=dict[str, str])
    failures: list[NodeFailed] = field(default_factory=list[NodeFailed])
    warnings: list[str] = field(default_factory=list[str])
    timings: dict[str, float] = field(default_factory=dict[str, float])
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def counts(self) -> dict[str, int]:
        """Number of instances by outcome; they add up to ``total``."""
        counts = dict.fromkeys(("executed", "cached", "skipped", "failed", "blocked", "cancelled"), 0)
        for outcome in self.outcomes.values():
            counts[outcome] += 1
        counts["skipped"] = self.total - sum(counts.values())
        return {"total": self.total, **counts}
