"""What a run did, for a machine and for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.cli.terminal import duration
from engine.run.artifacts import Artifact
from engine.run.report import Report, Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run and what came out of it.

    Attributes:
        report: What became of every instance.
        artifacts: The outputs.
        swept: Values that a sweep gave it, by input.
        seeds: The seeds it ran with, by input.
    """

    report: Report
    artifacts: Sequence[Artifact]
    swept: Mapping[str, Any]
    seeds: Mapping[str, Any]


def overall(outcomes: Sequence[Outcome]) -> Status:
    """How several runs ended."""
    ends = {one.report.status for one in outcomes}
    return "cancelled" if "cancelled" in ends else "failed" if "failed" in ends else "done"


def describe(outcomes: Sequence[Outcome], digest: str, *, swept: bool) -> dict[str, Any]:
    """The object that ``--json`` prints.

    Args:
        outcomes: The runs; of a sweep, ``nodes``, ``seconds`` and ``timings`` are sums over them.
        digest: The graph's.
        swept: Whether to list the runs one by one, too.
    """
    nodes, seconds, timings = Counter[str](), Counter[str](), Counter[str]()
    for one in outcomes:
        nodes.update(one.report.counts)
        for total, part in ((seconds, one.report.seconds), (timings, one.report.timings)):
            for name, value in part.items():
                total[name] += value  # pyright: ignore[reportArgumentType]  # a sum of floats
    record: dict[str, Any] = {
        "status": overall(outcomes),
        "graph": digest,
        "outputs": [_output(artifact) for one in outcomes for artifact in one.artifacts],
        "nodes": dict(nodes),
        "seconds": {name: seconds[name] for name in ("load", "plan", "run")},
        "timings": dict(timings),
        "failures": [failure for one in outcomes for failure in _failures(one.report)],
        "warnings": [warning for one in outcomes for warning in one.report.warnings],
        "seeds": dict(outcomes[0].seeds),
    }
    if swept:
        record["runs"] = [
            {"set": dict(one.swept), **describe([one], digest, swept=False)} for one in outcomes
        ]
    return record


def sentence(outcomes: Sequence[Outcome]) -> str:
    """One line about all runs."""
    counts, seconds = Counter[str](), 0.0
    for one in outcomes:
        counts.update(one.report.counts)
        seconds += sum(one.report.seconds.values())
    total = counts.pop("total")
    always = ("executed", "cached")
    said = [f"{counts[name]} {name}" for name in counts if counts[name] or name in always]
    runs = f"{len(outcomes)} runs, " if len(outcomes) > 1 else ""
    nodes = f"{total} node" if total == 1 else f"{total} nodes"
    return f"{runs}{nodes}: {', '.join(said)}; {duration(seconds)}"


def _output(one: Artifact) -> dict[str, Any]:
    path = None if one.path is None else str(one.path)
    return {"output": one.output, "type": one.type, "path": path, "digest": one.digest, "value": one.value}


def _failures(report: Report) -> list[dict[str, str]]:
    return [{"instance": one.instance, "node": one.node, "reason": one.reason} for one in report.failures]
