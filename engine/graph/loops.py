"""What can be wrong with a loop beside its links."""

from __future__ import annotations

from collections.abc import Collection

from engine.errors import Problem
from engine.graph.document import Graph, Instance, is_link
from engine.graph.forks import problems_of
from engine.graph.interface import Interface
from engine.graph.levels import Level
from engine.graph.params import Params


def check_loop(
    level: Level, name: str, interface: Interface, params: Params, problems: list[Problem]
) -> None:
    """Report what keeps a loop from turning.

    Args:
        level: Where it stands.
        name: Its instance.
        interface: Its ports.
        params: Checks its start values.
        problems: Gets what is wrong.
    """
    instance = level.graph.nodes[name]
    path = level.path + name
    inner = level.inner.get(name)
    problems += [Problem(code, path, *rest) for code, *rest in _bounds(instance, level.fed.get(name, {}))]
    problems += problems_of(level, name)
    if inner is None:
        if instance.graph is None and not instance.ref:
            cure = "Give it a graph, or a ref to one."
            problems.append(Problem("no-body", path, "", "a body", "none", cure))
        return
    problems += [Problem(code, path, *rest) for code, *rest in _names(instance, inner.graph)]
    for carried, start in instance.carry.items():
        if carried in interface.carry and not is_link(start):
            params.fit(level, name, carried, start, path, carried)
    if interface.each is not None and isinstance(instance.items, list):
        for item in instance.items:
            params.fit(level, name, "item", item, path, "items")


def _bounds(instance: Instance, fed: Collection[str]) -> list[tuple[str, str, str, str, str]]:
    found: list[tuple[str, str, str, str, str]] = []
    if instance.count is None and instance.items is None and "count" not in fed:
        what = "a count that bounds the while" if instance.while_ else "a count or items"
        found.append(("no-bound", "count", what, "none", "Set count."))
    if instance.count is not None and instance.items is not None:
        found.append(("two-bounds", "count", "a count or items", "both", "Take one of them out."))
    if isinstance(instance.count, int) and instance.count < 0:
        found.append(("bad-value", "count", "0 or more turns", str(instance.count), "Type a larger number."))
    return found


def _names(instance: Instance, body: Graph) -> list[tuple[str, str, str, str, str]]:
    found: list[tuple[str, str, str, str, str]] = []
    for name in instance.carry:
        for side, there in (("input", name in body.inputs), ("output", name in body.outputs)):
            if not there:
                cure = f'Add the {side} "{name}" to the body, or don\'t carry it.'
                found.append(("carry", name, f"the body's {side} {name}", "none", cure))
    for name in instance.collect:
        if name not in body.outputs:
            known = ", ".join(body.outputs) or "none"
            found.append(
                ("missing-port", name, f"an output of the body ({known})", f'"{name}"', "Rename it.")
            )
        elif name in instance.carry:
            cure = "Give the body another output for the list."
            found.append(("carry", name, "a name that is carried or collected", "both", cure))
    if instance.while_ and instance.while_ not in body.outputs:
        known = ", ".join(body.outputs) or "none"
        found.append(
            (
                "missing-port",
                "while",
                f"an output of the body ({known})",
                f'"{instance.while_}"',
                "Rename it.",
            )
        )
    if instance.items is not None and "item" not in body.inputs:
        cure = 'Add the input "item" to the body, or use count.'
        found.append(("missing-port", "items", "the body's input item", "none", cure))
    return found
