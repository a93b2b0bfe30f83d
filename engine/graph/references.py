"""Where a graph names its instances: links, loops' sources, graph inputs and outputs, and the view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from engine.graph.document import Graph, Instance, is_link

Rewrite = Callable[[str], str]


def rewrite_sources(instance: Instance, rewrite: Rewrite) -> None:
    """Replace every source that an instance reads, in its links and in its loop's fields."""
    for port, sources in instance.links.items():
        instance.links[port] = (
            rewrite(sources) if isinstance(sources, str) else [rewrite(text) for text in sources]
        )
    for name, start in instance.carry.items():
        instance.carry[name] = _rewritten(start, rewrite)
    instance.items = _rewritten(instance.items, rewrite)
    instance.count = _rewritten(instance.count, rewrite)


def sources_of(instance: Instance) -> list[str]:
    """Every source that an instance reads, in order and as often as it is read."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    rewrite_sources(instance, note)
    return found


def renaming(names: Mapping[str, str]) -> Rewrite:
    """What gives sources of some instances another owner, and leaves the others as they are."""

    def renamed(text: str) -> str:
        name, _, port = text.partition(".")
        return f"{names[name]}.{port}" if name in names else text

    return renamed


def rename(graph: Graph, old: str, new: str) -> None:
    """Give an instance another name wherever one level of a graph uses it; see ``rename_all``."""
    rename_all(graph, {old: new})


def rename_all(graph: Graph, names: Mapping[str, str]) -> None:
    """Give instances other names wherever one level of a graph uses them.

    Args:
        graph: Changed in place.
        names: Name that is there → name that is free.
    """
    renamed = renaming(names)
    for old, new in names.items():
        graph.nodes[new] = graph.nodes.pop(old)
        if old in graph.view:
            graph.view[new] = graph.view.pop(old)
    for instance in graph.nodes.values():
        rewrite_sources(instance, renamed)
    for declared in graph.inputs.values():
        declared.to = [renamed(text) for text in declared.to]
    graph.outputs = {name: renamed(text) for name, text in graph.outputs.items()}


def _rewritten(value: Any, rewrite: Rewrite) -> Any:
    return {"link": rewrite(cast("dict[str, str]", value)["link"])} if is_link(value) else value
