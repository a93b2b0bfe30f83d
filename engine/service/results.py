"""The stored results of an open graph, by the outputs of its instances; no value is loaded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock

from pydantic import JsonValue

from engine.declare.registry import Registry
from engine.declare.types import Type, Unknown
from engine.graph.collector import collector_held
from engine.graph.ends import Ends
from engine.graph.flat import Source
from engine.plan.plan import Plan
from engine.service.planning import Planned
from engine.service.stored import stored
from engine.service.value_types import Outputs, kind_of, output_types, plain_value
from engine.store.index import Entry
from engine.store.ref import Ref
from engine.store.store import Store

KEPT = 32
"""Sessions whose results are remembered."""
SAID = 200
"""Characters of a text that is told at once."""
EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Shape:
    """What stays of a graph while values are typed in.

    Attributes:
        links: Those of the plan.
        ends: Where outputs come from.
        borrowed: Path, output and source of every output that another instance computes.
        types: Type of each output of each instance of the plan.
    """

    links: object
    ends: Ends
    borrowed: tuple[tuple[str, str, Source], ...]
    types: list[Outputs]


@dataclass(frozen=True, slots=True)
class Results:
    """What is stored of a graph.

    Attributes:
        plan: The graph's plan.
        shape: What stays of the graph while values are typed in.
        entries: Instance → its entry in the store.
        stamp: The store's when they were looked up.
    """

    plan: Plan
    shape: Shape
    entries: Mapping[int, Entry]
    stamp: object

    def source(self, instance: str, port: str) -> Source | None:
        """What computes an output; None when nothing does that is planned."""
        return self.shape.ends.of(instance, port)

    def ref(self, source: Source) -> Ref | None:
        """Where the value of a source is stored."""
        entry = self.entries.get(source[0])
        return None if entry is None else entry.outputs.get(source[1])

    def type(self, source: Source) -> Type:
        """The type of a source."""
        return self.shape.types[source[0]].get(source[1], Unknown())

    def told(self) -> dict[str, dict[str, dict[str, JsonValue]]]:
        """Instance → output → the fields of a ``ResultRecord``: thousands of records would take too long."""
        told: dict[str, dict[str, dict[str, JsonValue]]] = {}
        names: dict[int, tuple[Type, str]] = {}
        with collector_held():
            for path, port, source, key in self._outputs():
                if (ref := self.ref(source)) is not None:
                    type_ = self.type(source)
                    if id(type_) not in names:  # most instances share the types of their nodes
                        names[id(type_)] = type_, str(type_)
                    told.setdefault(path, {})[port] = {
                        "type": names[id(type_)][1],
                        "kind": kind_of(type_, ref),
                        "digest": ref.digest,
                        "size": ref.size,
                        "key": key,
                        "value": _value(ref),
                    }
        return told

    def within(self, path: str) -> list[int]:
        """An instance and all that is inside of it, as far as they are planned."""
        inside = f"{path}/"
        return [
            index for index, name in enumerate(self.plan.names) if name == path or name.startswith(inside)
        ]

    def _outputs(self) -> Iterator[tuple[str, str, Source, str]]:
        """Path, output and source of all, with the key by which the instance can be frozen."""
        names, loops = self.plan.names, self.plan.loops
        for index, entry in self.entries.items():
            key = "" if index in loops else entry.key.hex()
            yield from ((names[index], port, (index, port), key) for port in entry.outputs)
        yield from ((path, port, source, "") for path, port, source in self.shape.borrowed)


class Lookup:
    """Looks up what is stored, and remembers it for as long as neither graph nor store changes.

    Args:
        registry: The nodes.
        store: Where results are.
    """

    def __init__(self, registry: Registry, store: Store) -> None:
        self._registry, self._store = registry, store
        self._known: OrderedDict[str, Results] = OrderedDict()
        self._lock = Lock()

    def of(self, session: str, planned: Planned) -> Results:
        """What is stored of a session's graph. Callable from any thread."""
        stamp, plan = self._store.stamp(), planned.plan
        with self._lock:
            known = self._known.get(session)
        if known is not None and known.plan is plan and known.stamp == stamp:
            return known
        shape = known.shape if known is not None and known.shape.links is plan.links else self._shape(planned)
        with collector_held():
            results = Results(plan, shape, stored(plan, self._store), stamp)
        with self._lock:
            self._known[session] = results
            self._known.move_to_end(session)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return results

    def _shape(self, planned: Planned) -> Shape:
        plan = planned.plan
        numbers = {name: index for index, name in enumerate(plan.names)}
        ends = Ends(planned.graph, self._registry, planned.beside.reference, numbers)
        return Shape(plan.links, ends, tuple(ends.borrowed()), output_types(plan))


def _value(ref: Ref) -> JsonValue:
    value = plain_value(ref) if ref.size <= 4 * SAID + 8 else None
    if isinstance(value, str):
        return value.encode(errors="replace").decode() if len(value) <= SAID else None
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    return value if isinstance(value, int) and abs(value) < EXACT else None
