"""The plan of an edited graph out of the one before, where values were typed at its top level and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.graph.canonical import compact
from engine.graph.document import LOOP, Graph, GraphInput, Instance
from engine.plan.plan import Plan

SEVERAL = 20
"""Edited instances from which on compiling anew is as quick."""
HELD = tuple(name for name in Instance.model_fields if name not in ("params", "title"))
"""Fields of an instance in which it must be as before."""


class _Otherwise(Exception):
    """More than values was edited."""


def follow(plan: Plan, before: Graph, now: Graph) -> Plan | None:
    """The plan of a graph after an edit; None when the graph has to be compiled anew.

    Args:
        plan: The plan before, without values that were set for a run.
        before: The graph that it was compiled from. Instances that the two graphs share are not looked at.
        now: The graph as it is now.

    Raises:
        GraphError: A value doesn't fit its port.
    """
    try:
        edited = {*_typed(before, now), *_given(before, now)}
    except _Otherwise:
        return None
    instances = {name: now.nodes[name] for name in edited if name in now.nodes}
    if len(instances) > SEVERAL or not all(map(_is_plain, instances.values())):
        return None
    fed = _fed(now, instances)
    for name, instance in instances.items():
        if instance.mode == "mute":  # nothing of it is in the plan
            continue
        index = plan.number(name)
        plan = plan.revised(index, _values(instance, plan.flat.params[index], fed[name]))
    return plan


def _typed(before: Graph, now: Graph) -> Iterable[str]:
    """The instances that have other values than before."""
    if before.nodes.keys() != now.nodes.keys() or before.outputs != now.outputs:
        raise _Otherwise
    for name, instance in now.nodes.items():
        old = before.nodes[name]
        if old is instance:
            continue
        if any(getattr(old, field) != getattr(instance, field) for field in HELD):
            raise _Otherwise
        if compact(old.params) != compact(instance.params):
            yield name


def _given(before: Graph, now: Graph) -> Iterable[str]:
    """The instances that get another value from a graph input."""
    if before.inputs.keys() != now.inputs.keys():
        raise _Otherwise
    for name, declared in now.inputs.items():
        old = before.inputs[name]
        if old is declared:
            continue
        if old.to != declared.to:
            raise _Otherwise
        if old.required != declared.required or compact(old.default) != compact(declared.default):
            yield from (target.partition(".")[0] for target in declared.to)


def _is_plain(instance: Instance) -> bool:
    """Whether an instance's values are its own, not handed on to instances inside of it or behind it."""
    held = instance.graph is not None or instance.ref or instance.type == LOOP
    return not held and instance.mode != "bypass"


def _fed(graph: Graph, names: Iterable[str]) -> dict[str, dict[str, GraphInput]]:
    """The graph inputs that feed ports of some instances."""
    fed: dict[str, dict[str, GraphInput]] = {name: {} for name in names}
    for declared in graph.inputs.values():
        for target in declared.to:
            name, _, port = target.partition(".")
            if name in fed:
                fed[name].setdefault(port, declared)
    return fed


def _values(instance: Instance, flat: Mapping[str, Any], fed: Mapping[str, GraphInput]) -> dict[str, Any]:
    """What stands in an instance's ports, as dissolving the graph leaves it.

    Args:
        instance: The instance.
        flat: The values before; those that came over links, from bypassed instances, are still there.
        fed: The graph inputs that feed its ports.
    """
    values = {port: value for port, value in instance.params.items() if port not in instance.links}
    values |= {port: flat[port] for port in instance.links if port in flat}
    return values | {port: declared.default for port, declared in fed.items() if not declared.required}
