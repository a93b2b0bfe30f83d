"""One instance's work, in whichever thread it is done: read the inputs, compute, store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from engine.declare import codec
from engine.errors import StoreError
from engine.run import lift, loop
from engine.run.body import Body
from engine.run.call import Models, call, owned_copy
from engine.run.checkpoints import checkpoints_of, forked
from engine.run.context import RunContext
from engine.run.flights import Flight
from engine.run.late import item_key
from engine.run.leases import Leases
from engine.run.residency import Pool, out_of_memory
from engine.run.slots import Slot, read
from engine.run.work import Results, Work
from engine.store.ref import Ref


@dataclass(slots=True)
class Result:
    """What a job brings back.

    Attributes:
        values: Outputs.
        refs: Where they are stored.
        seconds: How long the node took.
        computed: Whether the node ran here, not in another process.
    """

    values: dict[str, Any]
    refs: Mapping[str, Ref]
    seconds: float
    computed: bool = True


def elsewhere(work: Work, store: Results, leases: Leases, flight: Flight) -> Result | None:
    """Take the lease on a key, or the result of another process that had it.

    Raises:
        Cancelled: Nobody wants the result any more, or only another time.
    """
    if work.key is None:
        return None
    entry = leases.take(work.key, work.stored, lambda: flight.cancelled.is_set() or flight.paused())
    if entry is None:
        return None
    values = {name: store.load(ref) for name, ref in entry.outputs.items()}
    return Result(values, entry.outputs, 0.0, computed=False)


def perform(
    work: Work,
    store: Results,
    pool: Pool,
    flight: Flight,
    durable: Callable[[float], None],
    unkept: Callable[[StoreError], None],
) -> Result:
    """Run one instance and store what it gave.

    Args:
        work: What to run.
        store: Where results live.
        pool: Loaded models.
        flight: Who waits for it.
        durable: Told the seconds it took, once the result can't be lost.
        unkept: Told instead why the result can't be kept; it is there for this run all the same.

    Raises:
        Cancelled: Nobody wants the result any more.
        Lost: An input that the store promised is gone.
        Exception: Whatever the node raised.
    """
    name = work.plan.names[work.index]
    context = RunContext(
        name, work.device, flight.cancelled, flight.tell, check_purity=work.check_purity, paused=flight.paused
    )
    context.tick()
    arguments = _arguments(work, store)
    start = perf_counter()
    try:
        with Models(pool, work.device) as loaded:
            values = _Attempt(work, store, replace(context, models=loaded), loaded).values(dict(arguments))
    except Exception as error:
        if work.exclusive or not out_of_memory(error):
            raise
        pool.free()
        with Models(pool, work.device, offload=True) as loaded:
            values = _Attempt(work, store, replace(context, models=loaded), loaded).values(arguments)
    seconds = perf_counter() - start
    refs = _keep(work, values, store, seconds, durable, unkept)
    return Result(values, refs, seconds)


def _arguments(work: Work, store: Results) -> dict[str, Any]:
    node = work.plan.nodes[work.index]
    arguments = dict(work.plan.arguments[work.index])
    for port, slots in work.inputs.items():
        values = [
            read(slot, source[0], store.load) for slot, source in zip(slots, work.sources[port], strict=True)
        ]
        declared = node.inputs.get(port)
        if declared is not None and declared.variadic:
            arguments[port] = values
            continue
        value = values[0]
        if declared is not None and declared.owned:
            value = _hand_over(slots[0], value, store) if port in work.exclusive else owned_copy(value)
        arguments[port] = value
    return arguments


def _hand_over(slot: Slot, value: Any, store: Results) -> Any:
    if slot.ref is not None:
        store.take(slot.ref)
    return value


def _keep(
    work: Work,
    values: dict[str, Any],
    store: Results,
    seconds: float,
    durable: Callable[[float], None],
    unkept: Callable[[StoreError], None],
) -> Mapping[str, Ref]:
    node = work.plan.nodes[work.index]
    if not node.stored or work.key is None:
        durable(seconds)
        return {}
    kept = {
        name: value for name, value in values.items() if name in work.stored or type(value) in codec.SCALARS
    }
    return store.put(
        work.key,
        kept,
        node=node.id,
        seconds=seconds,
        ingredients=work.payload,
        on_commit=lambda: durable(seconds),
        on_error=unkept,
    )


@dataclass(slots=True)
class _Attempt:
    """One attempt at a work, with its models at hand."""

    work: Work
    store: Results
    context: RunContext
    loaded: Models

    def values(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call the instance's node once, for each item, or turn by turn; outputs by name."""
        plan, index = self.work.plan, self.work.index
        if index in plan.loops:
            return self._loop(arguments)
        if index in plan.over:
            return self._lifted(lift.items_of(plan.over[index], arguments))
        return self._call(arguments)

    def _call(self, arguments: dict[str, Any]) -> dict[str, Any]:
        plan, index = self.work.plan, self.work.index
        linked = plan.links[index].__contains__
        return call(plan.nodes[index], arguments, linked, self.context, self.loaded)

    def _lifted(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        def one(number: int, item: dict[str, Any]) -> dict[str, Any]:
            self.context.progress(number, len(items))
            return self._item(item)

        return lift.lifted(self.work.plan.nodes[self.work.index].outputs, items, one)

    def _item(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a lifted instance for one item, or find it in the store under the late key of the item."""
        store, node = self.store, self.work.plan.nodes[self.work.index]
        key, payload = item_key(self.work.plan, self.work.index, arguments, store.ref)
        entry = store.probe([key]).get(key) if node.pure and node.stored else None
        if entry is not None and entry.outputs.keys() >= node.outputs.keys():
            return {name: store.load(entry.outputs[name]) for name in node.outputs}
        start = perf_counter()
        values = self._call(arguments)
        if node.stored:
            store.put(key, values, node=node.id, seconds=perf_counter() - start, ingredients=payload)
        return values

    def _loop(self, arguments: dict[str, Any]) -> dict[str, Any]:
        plan, index = self.work.plan, self.work.index
        shape = plan.loops[index]
        body = Body(plan.bodies[index], frozenset(shape.carry))
        kept = None
        if (shape.checkpoint or not shape.each) and self.work.key is not None:
            kept = checkpoints_of(self.work, arguments, self.store)
        fork, path = shape.fork, plan.names[index]
        start = None if fork is None else lambda: forked(shape, fork, self.store)
        return loop.repeat(plan, index, body, arguments, self.context, self.loaded, path, kept, start)
