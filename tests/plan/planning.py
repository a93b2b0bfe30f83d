"""Plans of small graphs, with files that exist only by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.declare.node import node as declare
from engine.declare.registry import Registry
from engine.declare.types import Lazy, Within
from engine.errors import GraphError, KnotworkError, Problem
from engine.graph.document import Graph
from engine.graph.inline import flatten
from engine.plan.keys import Keyer
from engine.plan.plan import Plan, compile
from tests.graph import nodes as declared

REGISTRY = declared.registry()


@declare("t.choose")
def choose(which: bool, yes: Lazy[float], no: Lazy[float]) -> float:
    """Choose, and need only what was chosen."""
    return yes if which else no


@choose.needs
def _(which: bool) -> list[str]:
    return ["yes" if which else "no"]


REGISTRY.add([choose])


@dataclass
class Named:
    """Files by name; a large one is hashed only when it has to be."""

    digests: dict[str, str] = field(default_factory=dict[str, str])
    large: set[str] = field(default_factory=set[str])
    asked: list[str] = field(default_factory=list[str])

    def resolve(self, text: str, within: Within) -> Path:
        if text not in self.digests:
            raise GraphError([Problem("file-missing", "", "", "a file", text, "Name another one.")])
        return Path(text)

    def digest(
        self,
        path: Path,
        suffixes: tuple[str, ...],
        *,
        hash_now: bool = False,
        tick: Callable[[], None] = lambda: None,
    ) -> str | None:
        if self.digests[str(path)] == "unreadable":
            raise KnotworkError(f"{path} can't be read. Check the file.")
        if str(path) in self.large and not hash_now:
            return None
        self.asked.append(str(path))
        return self.digests[str(path)]


def node(type_: str, links: dict[str, Any] | None = None, /, **params: Any) -> dict[str, Any]:
    """An instance of one of the small nodes of the graph tests."""
    return {"type": f"t.{type_}", "params": params, "links": links or {}}


def keyer(registry: Registry = REGISTRY, environment: tuple[str, ...] = ("cpu",)) -> Keyer:
    return Keyer(registry, environment)


def planned(
    nodes: dict[str, Any],
    outputs: dict[str, str] | None = None,
    *,
    files: Named | None = None,
    key_by: Keyer | None = None,
    values: dict[str, Any] | None = None,
    **fields: Any,
) -> Plan:
    """Compile a graph given as plain records."""
    graph = Graph.model_validate({"nodes": nodes, "outputs": outputs or {}, **fields})
    key_by = key_by or keyer()
    return compile(flatten(graph, key_by.registry, values=values), key_by, files or Named())


def key(plan: Plan, name: str) -> bytes | None:
    """Early key of an instance."""
    return plan.keys[plan.number(name)]


def problems(nodes: dict[str, Any], outputs: dict[str, str] | None = None, **fields: Any) -> list[Problem]:
    """What planning refuses."""
    try:
        planned(nodes, outputs, **fields)
    except GraphError as error:
        return list(error.problems)
    return []


def with_version(registry: Registry, id: str, version: int) -> Registry:
    """The same nodes, one of them at another version."""
    found = Registry({})
    found.add(replace(one, version=version) if one.id == id else one for one in registry.all())
    return found
