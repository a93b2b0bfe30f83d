"""A graph with the graphs inside it: one level for the document, one for each subgraph and loop body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import KnotworkError, Problem
from engine.graph.document import Graph, Instance
from engine.wording import Phrase

DEPTH = 64
Refs = Callable[[str], Graph]


@dataclass(slots=True, eq=False)
class Level:
    """One graph of a document.

    Attributes:
        graph: The graph.
        path: Prefix of its instances' names: ``outer/`` inside the instance ``outer``; empty at the top.
        outer: The level around it.
        name: The instance of the outer level that holds it.
        refs: Files that led here, outermost first.
        inner: Instance → its level. An instance whose graph can't be read has none.
        fed: Instance → port → the graph input that feeds it.
    """

    graph: Graph
    path: str = ""
    outer: Level | None = None
    name: str = ""
    refs: tuple[str, ...] = ()
    inner: dict[str, Level] = field(default_factory=dict[str, "Level"])
    fed: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])


def embedded(graph: Graph) -> list[Graph]:
    """A graph and every graph embedded in it, outer ones before inner ones; references are not followed."""
    graphs = [graph]
    for level in graphs:
        graphs += [one.graph for one in level.nodes.values() if one.graph is not None]
    return graphs


def expand(graph: Graph, refs: Refs | None, problems: list[Problem]) -> list[Level]:
    """List the levels of a document, outer ones before inner ones.

    Args:
        graph: The document.
        refs: Reads a referenced graph; without it a reference is a problem.
        problems: Gets what can't be read, circles of references, and inputs that feed one port twice.
    """
    levels = [Level(graph)]
    for level in levels:
        feed(level, problems)
        for name, instance in level.graph.nodes.items():
            if instance.graph is None and not instance.ref:
                continue
            if instance.mode != "mute" and (inner := _inside(level, name, instance, refs, problems)):
                level.inner[name] = inner
                levels.append(inner)
    return levels


def feed(level: Level, problems: list[Problem]) -> None:
    """Note which graph inputs feed which ports of a level."""
    for name, declared in level.graph.inputs.items():
        for target in declared.to:
            instance, _, port = target.partition(".")
            ports = level.fed.setdefault(instance, {})
            if port in ports:
                expected, cure = Phrase("one-graph-input"), Phrase("let-go")
                got = Phrase("two-names", one=ports[port], other=name)
                problems.append(Problem("two-inputs", level.path + instance, port, expected, got, cure))
            ports.setdefault(port, name)


def _inside(
    level: Level, name: str, instance: Instance, refs: Refs | None, problems: list[Problem]
) -> Level | None:
    path = level.path + name
    if path.count("/") >= DEPTH:
        expected, cure = Phrase("graphs-deep", depth=DEPTH), Phrase("unpack")
        problems.append(Problem("too-deep", path, "", expected, Phrase("more"), cure))
        return None
    if instance.graph is not None:
        return Level(instance.graph, path + "/", level, name, level.refs)
    chain = (*level.refs, instance.ref)
    if instance.ref in level.refs:
        got = " → ".join(chain[chain.index(instance.ref) :])
        problems.append(Problem("ref-circle", path, "", Phrase("not-in-itself"), got, Phrase("drop-ref")))
        return None
    if refs is None:
        expected, cure = Phrase("graph-file"), Phrase("embed")
        problems.append(Problem("unreadable-ref", path, "", expected, f'"{instance.ref}"', cure))
        return None
    try:
        return Level(refs(instance.ref), path + "/", level, name, chain)
    except KnotworkError as error:
        got, cure = f'"{instance.ref}" ({error})', Phrase("mend-ref")
        problems.append(Problem("unreadable-ref", path, "", Phrase("graph-file"), got, cure))
        return None
