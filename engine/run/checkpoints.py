"""Where a loop's checkpoints are kept, and under which keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.graph.flat import Fork, Loop
from engine.plan.keys import key_of
from engine.run import loop
from engine.run.work import Results, Work
from engine.store.index import Entry
from engine.store.ref import Missing

LOOP_STATE = "flow.loop checkpoint"


def checkpoints_of(work: Work, arguments: Mapping[str, Any], store: Results) -> loop.StoredCheckpoints | None:
    """The checkpoints of a loop's run; None when what it computes differs from run to run."""
    items = [store.ref(item).digest for item in arguments["items"]] if "items" in arguments else None
    return checkpoints_over(work, arguments, items, store)


def checkpoints_over(
    work: Work, arguments: Mapping[str, Any], items: Sequence[str] | None, store: Results
) -> loop.StoredCheckpoints | None:
    """The checkpoints of a loop's run; None when what it computes differs from run to run.

    Their keys hold the body, the start values or what stands in their place, the invariants and the items,
    but not the count: a longer run goes on from them.

    Args:
        work: The loop, with the slots of what it reads.
        arguments: By name; the values of those that are linked are not looked at.
        items: Digests of the items; None for a loop that counts.
        store: Where the checkpoints are.
    """
    plan, index = work.plan, work.index
    digest = plan.bodies[index].digest()
    if not digest:
        return None
    fixed = [
        (name, _identity(work, name, value, store))
        for name, value in sorted(arguments.items())
        if name not in {"items", "count"}
    ]

    def probe(keys: list[bytes]) -> Mapping[bytes, Callable[[], dict[str, Any]]]:
        def reader(entry: Entry) -> Callable[[], dict[str, Any]]:
            return lambda: {name: store.load(ref) for name, ref in entry.outputs.items()}

        return {key: reader(entry) for key, entry in store.probe(keys).items()}

    def put(key: bytes, outputs: dict[str, Any], seconds: float) -> None:
        refs = store.put(key, outputs, node=LOOP_STATE, seconds=seconds, ingredients=b"")
        for ref in refs.values():
            store.take(ref)

    shape = plan.loops[index]
    more = [part for part in (shape.condition, shape.collect, tuple(shape.fork or ())) if part]
    base = key_of(repr((digest, fixed, *more)).encode())
    prefixes = None if items is None else loop.prefixes(items)
    return loop.StoredCheckpoints(
        base, prefixes, shape.checkpoint, shape.keep, probe, put, store.drop, work.anew
    )


def forked(shape: Loop, fork: Fork, store: Results) -> loop.Turning:
    """The values that a forked loop goes on from.

    Raises:
        LoopRefused: They are not stored, or are those of a loop that carries or collects something else.
    """
    entry = store.probe([fork.key]).get(fork.key)
    try:
        found = {} if entry is None else {name: store.load(ref) for name, ref in entry.outputs.items()}
    except Missing:
        found = {}
    if found.keys() != {"carry", "collected", "going"}:
        raise loop.LoopRefused(
            f"the values after turn {fork.turn}, which it goes on from, are not in the store. "
            "Take the fork away, or fork its graph again."
        )
    for does, kept, names in (
        ("carries", found["carry"], shape.carry),
        ("collects", found["collected"], shape.collect),
    ):
        if kept.keys() != set(names):
            raise loop.LoopRefused(
                f"expected a loop that {does} {', '.join(sorted(kept)) or 'nothing'}, as the one whose turn "
                f"{fork.turn} it goes on from, got {', '.join(names) or 'nothing'}. "
                "Take the fork away, or name them as they were."
            )
    return loop.Turning(found["carry"], found["collected"], found["going"])


def _identity(work: Work, name: str, value: Any, store: Results) -> str:
    """What stands for a start value or invariant in a checkpoint's key: its digest, or where it came from."""
    slots = work.inputs.get(name)
    if slots and slots[0].ref is not None:
        return slots[0].ref.digest
    if slots:
        source, output = work.sources[name][0]
        key = work.plan.keys[source]
        if key is not None:
            return f"{key.hex()}.{output}"
    return store.ref(value).digest
