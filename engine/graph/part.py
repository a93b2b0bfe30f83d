"""The part of a graph that doesn't depend on what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.graph.document import Graph, Instance, is_link


def without(graph: Graph, names: Iterable[str]) -> Graph:
    """A graph without some instances, without those that read from them, and without named outputs.

    Args:
        graph: The document; it stays as it is.
        names: Names of instances, which need not be there: something may read from one that is gone.
    """
    gone = set(names)
    waiting = list(gone)
    readers: dict[str, list[str]] = {}
    for name, instance in graph.nodes.items():
        for source in _sources(instance):
            readers.setdefault(source.partition(".")[0], []).append(name)
    while waiting:
        for reader in readers.get(waiting.pop(), ()):
            if reader not in gone:
                gone.add(reader)
                waiting.append(reader)
    inputs = {
        name: declared.model_copy(
            update={"to": [target for target in declared.to if target.partition(".")[0] not in gone]}
        )
        for name, declared in graph.inputs.items()
    }
    nodes = {name: instance for name, instance in graph.nodes.items() if name not in gone}
    return graph.model_copy(update={"nodes": nodes, "inputs": inputs, "outputs": {}})


def _sources(instance: Instance) -> Iterator[str]:
    for texts in instance.links.values():
        yield from [texts] if isinstance(texts, str) else texts
    for start in (*instance.carry.values(), instance.items, instance.count):
        if is_link(start):
            yield start["link"]
