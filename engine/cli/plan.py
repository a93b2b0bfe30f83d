"""``knotwork plan``: what would run, what is stored, why, and what it costs; nothing runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.cli import options, terminal

if TYPE_CHECKING:
    from engine.cli.request import Request
    from engine.explanation import Explanation

HEAD = ("status", "instance", "node", "time", "size", "why")


def command(
    graph: options.GraphName,
    set: options.Set = None,
    output: options.Output = None,
    random_seed: options.RandomSeed = False,
    no_cache: options.NoCache = False,
    force: options.Force = None,
    device: options.Device = None,
    as_json: options.Json = False,
) -> None:
    """Tell what would run, what is stored, why, and the expected time and bytes."""
    with terminal.refusing(as_json):
        from engine.cli.request import Request

        request = Request(graph, set or (), (), output or (), force or (), random_seed, no_cache, device)
        digest, explanations = _explain(request)
        if as_json:
            terminal.result(describe(digest, explanations))
        else:
            terminal.show_table(HEAD, map(_row, explanations), right=("time", "size"))
            terminal.note(sentence(explanations))


def _explain(request: Request) -> tuple[str, Sequence[Explanation]]:
    from engine.cli.request import opened
    from engine.executors.headless import meant
    from engine.plan.explain import explain
    from engine.service.stored import foreseen

    with opened(request) as job:
        store = job.headless.store
        plan = foreseen(job.headless.plan(job.points[0].graph, outputs=request.output), store)
        numbers = meant(request.force, plan.names)
        return job.graph.digest(), explain(plan, store, str(job.path.resolve()), numbers)


def describe(digest: str, explanations: Sequence[Explanation]) -> dict[str, Any]:
    """The object that ``--json`` prints.

    Args:
        digest: The graph's.
        explanations: One for each instance.
    """
    return {
        "graph": digest,
        "nodes": dict(_counts(explanations)),
        "seconds": sum(one.seconds or 0.0 for one in _work(explanations)),
        "bytes": round(sum(one.size or 0.0 for one in _work(explanations))),
        "instances": [
            {
                "instance": one.instance,
                "node": one.node,
                "status": one.status,
                "why": one.why,
                "seconds": one.seconds,
                "bytes": None if one.size is None else round(one.size),
            }
            for one in explanations
        ],
    }


def sentence(explanations: Sequence[Explanation]) -> str:
    """One line about the whole plan."""
    counts, work = _counts(explanations), _work(explanations)
    said = ", ".join(f"{count} {status}" for status, count in counts.items())
    known = [one.seconds for one in work if one.seconds is not None]
    if not work:
        return f"{said}; nothing to do"
    if not known:
        return f"{said}; time unknown: none of these ran before"
    least = "at least " if len(known) < len(work) else ""
    return f"{said}; {least}{terminal.duration(sum(known))}"


def _counts(explanations: Sequence[Explanation]) -> Counter[str]:
    counts = Counter[str]({"total": len(explanations)})
    counts.update(dict.fromkeys(("hit", "run", "pending", "not needed"), 0))
    counts.update(one.status for one in explanations)
    return counts


def _work(explanations: Sequence[Explanation]) -> list[Explanation]:
    return [one for one in explanations if one.status in ("run", "pending")]


def _row(one: Explanation) -> tuple[str, ...]:
    time = "" if one.seconds is None else terminal.duration(one.seconds)
    size = "" if one.size is None else terminal.size(one.size)
    return one.status, one.instance, one.node, time, size, one.why
