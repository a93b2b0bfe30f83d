"""From the outputs that a document shows to the instances that compute them, across levels and bypasses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.declare.registry import Registry
from engine.errors import GraphError
from engine.graph.document import Graph, Instance
from engine.graph.feeds import Follower, Link, Scope
from engine.graph.flat import Source
from engine.graph.levels import Refs, expand


class Ends:
    """Where the outputs of a graph's instances come from.

    Args:
        graph: The document that was dissolved.
        registry: Where node ids are found.
        refs: Reads a referenced graph.
        numbers: Path of each instance of the flat graph → its number.
    """

    def __init__(self, graph: Graph, registry: Registry, refs: Refs, numbers: Mapping[str, int]) -> None:
        levels = expand(graph, refs, [])
        steps = sum(len(level.graph.nodes) + len(level.graph.outputs) for level in levels)
        self._registry, self._numbers = registry, numbers
        self._follow = Follower(registry, steps).follow
        self._scopes = {"": Scope(levels[0], "", {})}
        for scope in (scopes := [self._scopes[""]]):
            for inner in self._enter(scope):
                self._scopes[inner.prefix] = inner
                scopes.append(inner)

    def of(self, path: str, port: str) -> Source | None:
        """What computes an output of an instance; None when nothing that is dissolved does."""
        if path in self._numbers:
            return self._numbers[path], port
        at, _, name = path.rpartition("/")
        scope = self._scopes.get(f"{at}/" if at else "")
        if scope is None or name not in scope.level.graph.nodes:
            return None
        try:
            found = self._follow(Link(scope, f"{name}.{port}"))
        except GraphError:  # it leads nowhere, which whoever checks the graph is told
            return None
        return found if isinstance(found, tuple) else None

    def instance(self, path: str) -> Instance | None:
        """An instance of the document by its path, which leads through references, too."""
        at, _, name = path.rpartition("/")
        scope = self._scopes.get(f"{at}/" if at else "")
        return None if scope is None else scope.level.graph.nodes.get(name)

    def borrowed(self) -> Iterator[tuple[str, str, Source]]:
        """Path, output and source of every output that another instance computes."""
        for scope in self._scopes.values():
            for name, instance in scope.level.graph.nodes.items():
                path = scope.prefix + name
                for port in self._outputs(scope, name, instance) if path not in self._numbers else ():
                    source = self.of(path, port)
                    if source is not None:
                        yield path, port, source

    def _enter(self, scope: Scope) -> Iterator[Scope]:
        """Number the instances of a level; the levels inside of it."""
        for name, instance in scope.level.graph.nodes.items():
            path = scope.prefix + name
            if path in self._numbers:
                scope.index[name] = self._numbers[path]
            inner = scope.level.inner.get(name)
            if inner is None or instance.mode:
                continue
            if instance.is_loop:
                yield Scope(inner, f"{path}/", {})
            else:
                given = {port: sources[0] for port, sources in scope.feeds(name).items() if sources}
                scope.inner[name] = Scope(inner, f"{path}/", given)
                yield scope.inner[name]

    def _outputs(self, scope: Scope, name: str, instance: Instance) -> Iterator[str]:
        if name in scope.inner:
            yield from scope.level.inner[name].graph.outputs
        elif instance.mode == "bypass" and (node := self._registry.find(instance.type)) is not None:
            yield from node.outputs
