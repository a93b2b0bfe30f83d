"""What can be wrong with a loop beside its links."""

from __future__ import annotations

from collections.abc import Collection

from engine.errors import Problem
from engine.graph.document import Graph, Instance, is_link
from engine.graph.forks import problems_of
from engine.graph.interface import Interface
from engine.graph.levels import Level
from engine.graph.params import Params
from engine.wording import Phrase, listed


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
            problems.append(Problem("no-body", path, "", Phrase("body"), Phrase("none"), Phrase("give-body")))
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
        what = Phrase("count-for-while") if instance.while_ else Phrase("count-or-items")
        found.append(("no-bound", "count", what, Phrase("none"), Phrase("set-count")))
    if instance.count is not None and instance.items is not None:
        found.append(("two-bounds", "count", Phrase("count-or-items"), Phrase("both"), Phrase("drop-bound")))
    if isinstance(instance.count, int) and instance.count < 0:
        cure = Phrase("type-larger")
        found.append(("bad-value", "count", Phrase("turns"), str(instance.count), cure))
    return found


def _names(instance: Instance, body: Graph) -> list[tuple[str, str, str, str, str]]:
    found: list[tuple[str, str, str, str, str]] = []
    output = Phrase("body-output", known=listed(body.outputs))
    for name in instance.carry:
        if name not in body.inputs:
            expected, cure = Phrase("body-input-named", name=name), Phrase("add-body-input", name=name)
            found.append(("carry", name, expected, Phrase("none"), cure))
        if name not in body.outputs:
            expected, cure = Phrase("body-output-named", name=name), Phrase("add-body-output", name=name)
            found.append(("carry", name, expected, Phrase("none"), cure))
    for name in instance.collect:
        if name not in body.outputs:
            found.append(("missing-port", name, output, f'"{name}"', Phrase("rename")))
        elif name in instance.carry:
            expected, cure = Phrase("carried-or-collected"), Phrase("other-output")
            found.append(("carry", name, expected, Phrase("both"), cure))
    if instance.while_ and instance.while_ not in body.outputs:
        found.append(("missing-port", "while", output, f'"{instance.while_}"', Phrase("rename")))
    if instance.items is not None and "item" not in body.inputs:
        expected = Phrase("body-input-named", name="item")
        found.append(("missing-port", "items", expected, Phrase("none"), Phrase("add-item")))
    return found
