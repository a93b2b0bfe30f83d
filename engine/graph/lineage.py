"""Digests of what decides the values that the instances of a graph give, whatever they are called.

Equal lineages give equal values on one machine with one set of nodes and files: a picture that was made of a
graph belongs to every graph in which its lineage is found, and no longer once an edit changes it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from engine.graph import canonical
from engine.graph.document import Graph, Instance
from engine.graph.embed import without_refs
from engine.graph.levels import Refs
from engine.graph.order import arrange
from engine.graph.references import rewrite_sources, sources_of


def lineages(graph: Graph, refs: Refs) -> dict[str, str]:
    """Instance → digest (hex) of all that it gives is made of. Inputs of the graph count as their defaults.

    Args:
        graph: A document; it stays as it is.
        refs: Reads a referenced graph.

    Raises:
        KnotworkError: A reference can't be read.
    """
    whole = without_refs(graph, refs)
    fed = _fed(whole)
    found: dict[str, str] = {}
    for name in _in_order(whole):
        found[name] = _digest(whole.nodes[name], fed.get(name, {}), found)
    return found


def _in_order(graph: Graph) -> list[str]:
    names = list(graph.nodes)
    numbers = {name: number for number, name in enumerate(names)}
    readers: list[list[int]] = [[] for _ in names]
    for number, instance in enumerate(graph.nodes.values()):
        for source in sources_of(instance):
            if (read := numbers.get(source.partition(".")[0])) is not None:
                readers[read].append(number)
    return [names[number] for number in arrange(readers)[0]]


def _fed(graph: Graph) -> dict[str, dict[str, Any]]:
    """Instance → port → what an input of the graph puts there."""
    fed: dict[str, dict[str, Any]] = {}
    for declared in graph.inputs.values():
        for target in declared.to:
            name, _, port = target.partition(".")
            fed.setdefault(name, {})[port] = None if declared.required else declared.default
    return fed


def _digest(instance: Instance, fed: dict[str, Any], found: dict[str, str]) -> str:
    def lineage(source: str) -> str:
        name, _, port = source.partition(".")
        return f"{found.get(name, '')}.{port}"

    inner = instance.graph.digest() if instance.graph is not None else ""
    alone = instance.model_copy(update={"graph": None}).model_copy(deep=True)
    alone.params = {port: value for port, value in alone.params.items() if port not in alone.links} | fed
    rewrite_sources(alone, lineage)
    tree = alone.model_dump(mode="python", by_alias=True, exclude_defaults=True, exclude={"title"})
    text = canonical.compact({"inner": inner, "instance": tree})
    return blake2b(canonical.utf8(text), digest_size=10).hexdigest()
