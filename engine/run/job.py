"""One instance's work, in whichever thread it is done: read the inputs, compute, store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Protocol

from engine.declare import codec
from engine.declare.node import Node
from engine.errors import StoreError
from engine.graph.flat import Source
from engine.plan.keys import key_of
from engine.plan.plan import Plan
from engine.run import lift, loop
from engine.run.body import Body
from engine.run.call import Models, call, owned_copy
from engine.run.context import RunContext
from engine.run.flights import Flight
from engine.run.late import hash_file, item_key
from engine.run.leases import Leases
from engine.run.residency import Pool, out_of_memory
from engine.run.slots import Slot, read
from engine.store.index import Entry
from engine.store.ref import Ref

LOOP_STATE = "flow.loop checkpoint"


class Results(Protocol):
    """The part of the store that jobs use."""

    def probe(self, keys: Sequence[bytes]) -> Mapping[bytes, Entry]:
        """Entries by key, of those that are there."""
        ...

    def load(self, ref: Ref) -> Any:
        """A stored value."""
        ...

    def ref(self, value: Any) -> Ref:
        """The ref that a value would get; nothing is stored."""
        ...

    def put(
        self,
        key: bytes,
        outputs: Mapping[str, Any],
        *,
        node: str,
        seconds: float,
        ingredients: bytes,
        on_commit: Callable[[], None] | None = None,
        on_error: Callable[[StoreError], None] | None = None,
    ) -> Mapping[str, Ref]:
        """Store outputs; ``on_commit`` is called once they are durable, ``on_error`` if they never are."""
        ...

    def take(self, ref: Ref) -> bool:
        """Give up the store's own hold on a value in memory."""
        ...

    def hold(self, keys: Sequence[bytes]) -> AbstractContextManager[None]:
        """Don't give up entries while the block lasts."""
        ...

    def drop(self, keys: Sequence[bytes]) -> object:
        """Forget keys."""
        ...


@dataclass(slots=True)  # not frozen: made for every call, and making a frozen one costs four times as much
class Work:
    """What it takes to run one instance.

    Attributes:
        plan: The plan.
        index: The instance.
        key: Key to store the result under; None when there is none.
        payload: What the key hashed.
        inputs: Slots by linked port.
        sources: Their sources, in the same order.
        exclusive: Owned ports whose value nobody else reads any more.
        stored: Outputs worth storing: the ones that are read, and small ones.
        device: Device it computes on.
        check_purity: Check that the node leaves its inputs alone.
    """

    plan: Plan
    index: int
    key: bytes | None
    payload: bytes
    inputs: Mapping[str, list[Slot]]
    sources: Mapping[str, list[Source]]
    exclusive: Set[str]
    stored: frozenset[str]
    device: str
    check_purity: bool


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
        Cancelled: Nobody wants the result any more.
    """
    if work.key is None:
        return None
    entry = leases.take(work.key, work.stored, flight.cancelled)
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
    plan, index, node = work.plan, work.index, work.plan.nodes[work.index]
    name = plan.names[index]
    context = RunContext(name, work.device, flight.cancelled, flight.tell, check_purity=work.check_purity)
    context.tick()
    arguments = _arguments(work, store)
    start = perf_counter()
    try:
        with Models(pool, work.device) as loaded:
            values = _run(work, node, dict(arguments), context, loaded, store)
    except Exception as error:
        if work.exclusive or not out_of_memory(error):
            raise
        pool.free()
        with Models(pool, work.device, offload=True) as loaded:
            values = _run(work, node, arguments, context, loaded, store)
    seconds = perf_counter() - start
    refs = _keep(work, node, values, store, seconds, durable, unkept)
    return Result(values, refs, seconds)


def _run(
    work: Work,
    node: Node[Any, Any],
    arguments: dict[str, Any],
    context: RunContext,
    loaded: Models,
    store: Results,
) -> dict[str, Any]:
    plan, index = work.plan, work.index
    if index in plan.loops:
        return _loop(work, arguments, context, loaded, store)
    linked = plan.links[index].__contains__
    if index in plan.over:
        items = lift.items_of(plan.over[index], arguments)

        def one(number: int, item: dict[str, Any]) -> dict[str, Any]:
            context.progress(number, len(items))
            return _item(work, node, item, context, loaded, store)

        return lift.lifted(node.outputs, items, one)
    return call(node, arguments, linked, context, loaded)


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
    for port in work.plan.unhashed.get(work.index, ()):
        arguments[port] = replace(arguments[port], digest=hash_file(work.plan, work.index, port))
    return arguments


def _hand_over(slot: Slot, value: Any, store: Results) -> Any:
    if slot.ref is not None:
        store.take(slot.ref)
    return value


def _keep(
    work: Work,
    node: Node[Any, Any],
    values: dict[str, Any],
    store: Results,
    seconds: float,
    durable: Callable[[float], None],
    unkept: Callable[[StoreError], None],
) -> Mapping[str, Ref]:
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


def _item(
    work: Work,
    node: Node[Any, Any],
    arguments: dict[str, Any],
    context: RunContext,
    loaded: Models,
    store: Results,
) -> dict[str, Any]:
    """Run a lifted instance for one item, or find it in the store under the late key of the item."""
    key, payload = item_key(work.plan, work.index, arguments, store.ref)
    entry = store.probe([key]).get(key) if node.pure and node.stored else None
    if entry is not None and entry.outputs.keys() >= node.outputs.keys():
        return {name: store.load(entry.outputs[name]) for name in node.outputs}
    start = perf_counter()
    linked = work.plan.links[work.index].__contains__
    values = call(node, arguments, linked, context, loaded)
    if node.stored:
        store.put(key, values, node=node.id, seconds=perf_counter() - start, ingredients=payload)
    return values


def _loop(
    work: Work, arguments: dict[str, Any], context: RunContext, loaded: Models, store: Results
) -> dict[str, Any]:
    plan, index = work.plan, work.index
    shape = plan.loops[index]
    body = Body(plan.bodies[index], frozenset(shape.carry))
    kept = _checkpoints(work, arguments, store) if shape.checkpoint and work.key is not None else None
    return loop.repeat(plan, index, body, arguments, context, loaded, plan.names[index], kept)


def _checkpoints(work: Work, arguments: Mapping[str, Any], store: Results) -> loop.StoredCheckpoints | None:
    plan, index = work.plan, work.index
    digest = plan.bodies[index].digest()
    if not digest:
        return None
    fixed = [
        (name, _identity(work, name, value, store))
        for name, value in sorted(arguments.items())
        if name not in {"items", "count"}
    ]
    items = (
        loop.prefixes(store.ref(item).digest for item in arguments["items"]) if "items" in arguments else None
    )

    def probe(keys: list[bytes]) -> Mapping[bytes, Callable[[], dict[str, Any]]]:
        def reader(entry: Entry) -> Callable[[], dict[str, Any]]:
            return lambda: {name: store.load(ref) for name, ref in entry.outputs.items()}

        return {key: reader(entry) for key, entry in store.probe(keys).items()}

    def put(key: bytes, outputs: dict[str, Any], seconds: float) -> None:
        refs = store.put(key, outputs, node=LOOP_STATE, seconds=seconds, ingredients=b"")
        for ref in refs.values():
            store.take(ref)

    base = key_of(repr((digest, fixed)).encode())
    return loop.StoredCheckpoints(base, items, plan.loops[index].checkpoint, probe, put, store.drop)


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
