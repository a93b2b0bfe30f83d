"""A loop's body as a flat list of calls, evaluated once a turn.

Nothing in it is stored or scheduled: a turn costs little more than the calls themselves. A value is dropped
after its last reader, which may therefore change it in place if it owns it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import Cancelled, NodeFailed, say
from engine.graph.flat import GIVEN, Source
from engine.plan.bind import needed_ports
from engine.plan.plan import Plan
from engine.run.call import Models, call, owned_copy
from engine.run.context import RunContext
from engine.run.lift import items_of, lifted


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a body.

    Attributes:
        index: The instance.
        owned: Owned ports, with whether this is the last reader of what they take.
        dropped: Values that nobody reads after this call.
    """

    index: int
    owned: Mapping[str, bool]
    dropped: tuple[Source, ...]


class Body:
    """Runs a compiled loop body.

    Args:
        plan: The body.
        carried: Names that are handed from turn to turn, which a last reader may keep.

    Attributes:
        changes: Carried names whose values are changed in place.
    """

    def __init__(self, plan: Plan, carried: frozenset[str]) -> None:
        self._plan = plan
        self._eager, deferred = _eager(plan)
        last = self._last_readers()
        self._steps = {index: self._step(index, last, carried, bool(deferred)) for index in plan.order}
        self.changes = self._changes()
        self._loops = {
            index: Body(body, frozenset(plan.loops[index].carry)) for index, body in plan.bodies.items()
        }

    def turn(
        self, given: dict[Source, Any], context: RunContext, loaded: Models, path: str
    ) -> dict[str, Any]:
        """Evaluate the body once.

        Args:
            given: What the loop hands in; carried values are taken out once read.
            context: Of the loop.
            loaded: Where handles find their models.
            path: Name of the loop, for errors.

        Returns:
            The body's outputs by name.
        """
        inner = context.inside()
        for index in self._eager:
            self._evaluate(index, given, inner, loaded, path)
        return {name: given[source] for name, source in self._plan.outputs.items()}

    def _evaluate(
        self, index: int, values: dict[Source, Any], context: RunContext, loaded: Models, path: str
    ) -> None:
        plan, node = self._plan, self._plan.nodes[index]
        try:
            context.tick()
            ports = self._ports(index, values, context, loaded, path)
            arguments = self._arguments(index, ports, values)
            if index in plan.loops:
                from engine.run.loop import repeat

                results = repeat(
                    plan, index, self._loops[index], arguments, context, loaded, f"{path}/{plan.names[index]}"
                )
            elif index in plan.over:
                linked = plan.links[index].__contains__
                results = lifted(
                    node.outputs,
                    items_of(plan.over[index], arguments),
                    lambda _, one: call(node, one, linked, context, loaded),
                )
            else:
                results = call(node, arguments, plan.links[index].__contains__, context, loaded)
        except (Cancelled, NodeFailed):
            raise
        except Exception as error:  # a node may raise anything; it leaves with its place
            raise NodeFailed(f"{path}/{plan.names[index]}", node.id, say(error)) from error
        for output, value in results.items():
            values[index, output] = value
        for source in self._steps[index].dropped:
            values.pop(source, None)

    def _arguments(
        self, index: int, ports: Mapping[str, list[Source]], values: Mapping[Source, Any]
    ) -> dict[str, Any]:
        node, owned = self._plan.nodes[index], self._steps[index].owned
        arguments = dict(self._plan.arguments[index])
        for port, sources in ports.items():
            if port in node.inputs and node.inputs[port].variadic:
                arguments[port] = [values[source] for source in sources]
            else:
                arguments[port] = values[sources[0]]
            if not owned.get(port, True):
                arguments[port] = owned_copy(arguments[port])
        return arguments

    def _ports(
        self, index: int, values: dict[Source, Any], context: RunContext, loaded: Models, path: str
    ) -> Mapping[str, list[Source]]:
        """The ports to read; a lazy node's choice is made here, and what it chose is evaluated first."""
        plan, node = self._plan, self._plan.nodes[index]
        links = plan.links[index]
        if "needs" not in node.companions or not any(node.inputs[port].lazy for port in links):
            return links
        eager = {port: sources for port, sources in links.items() if not node.inputs[port].lazy}
        wanted = set(needed_ports(node, self._arguments(index, eager, values)))
        for port in wanted & links.keys():
            for source, _ in links[port]:
                for missing in self._unevaluated(source, values):
                    self._evaluate(missing, values, context, loaded, path)
        return {port: sources for port, sources in links.items() if port in wanted or port in eager}

    def _unevaluated(self, index: int, values: Mapping[Source, Any]) -> list[int]:
        """An instance and what it reads, as far as this turn has not computed it, sources first."""
        done = {source for source, _ in values}
        found: set[int] = set()
        waiting = [index]
        while waiting:
            one = waiting.pop()
            if one == GIVEN or one in done or one in found:
                continue
            found.add(one)
            waiting += _sources(self._plan, one, lazy=False)
        return [one for one in self._plan.order if one in found]

    def _changes(self) -> frozenset[str]:
        return frozenset(
            self._plan.links[index][port][0][1]
            for index, step in self._steps.items()
            for port, last in step.owned.items()
            if last and self._plan.links[index][port][0][0] == GIVEN
        )

    def _last_readers(self) -> dict[Source, int]:
        last: dict[Source, int] = {}
        for index in self._plan.order:
            for sources in self._plan.links[index].values():
                for source in sources:
                    last[source] = index
        for source in self._plan.outputs.values():
            last.pop(source, None)
        return last

    def _step(self, index: int, last: Mapping[Source, int], carried: frozenset[str], lazies: bool) -> Step:
        """With lazy ports the order of evaluation is not known, so nothing is handed over."""
        node = self._plan.nodes[index]
        free = {
            source
            for sources in self._plan.links[index].values()
            for source in sources
            if not lazies and last.get(source) == index and (source[0] != GIVEN or source[1] in carried)
        }
        owned = {
            port: sources[0] in free
            for port, sources in self._plan.links[index].items()
            if port in node.inputs and node.inputs[port].owned
        }
        return Step(index, owned, tuple(free))


def _eager(plan: Plan) -> tuple[list[int], set[int]]:
    """Instances evaluated in every turn, in order, and those that wait until a lazy port wants them."""
    wanted: set[int] = set()
    waiting = [source for source, _ in plan.outputs.values()]
    waiting += [index for index, node in enumerate(plan.nodes) if not node.pure]
    while waiting:
        index = waiting.pop()
        if index != GIVEN and index not in wanted:
            wanted.add(index)
            waiting += _sources(plan, index, lazy=False)
    reachable = set(wanted)
    waiting = list(wanted)
    while waiting:
        for source in _sources(plan, waiting.pop(), lazy=True):
            if source != GIVEN and source not in reachable:
                reachable.add(source)
                waiting.append(source)
    return [index for index in plan.order if index in wanted], reachable - wanted


def _sources(plan: Plan, index: int, *, lazy: bool) -> list[int]:
    inputs = plan.nodes[index].inputs
    return [
        source
        for port, sources in plan.links[index].items()
        if lazy or port not in inputs or not inputs[port].lazy
        for source, _ in sources
    ]
