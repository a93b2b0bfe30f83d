"""Graphs that stand alone: with the values that were set, without references to other files or to folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from engine.declare.node import Port
from engine.declare.registry import Registry
from engine.declare.types import File, ListOf, Plain
from engine.graph.document import Graph, Instance
from engine.graph.interface import Interface, Interfaces
from engine.graph.levels import Refs, expand

Rename = Callable[[str], str]


def with_values(graph: Graph, values: Mapping[str, Any]) -> Graph:
    """The graph with values as the defaults of its inputs and the params of its instances.

    Args:
        graph: The document; it stays as it is.
        values: Place → value, as the document would hold it; see ``engine.graph.settable``.
    """
    if not values:
        return graph
    inputs = {
        name: declared.model_copy(update={"default": values[name]}) if name in values else declared
        for name, declared in graph.inputs.items()
    }
    params = {name: value for name, value in values.items() if name not in graph.inputs and "." in name}
    given = graph.model_copy(update={"inputs": inputs})
    return _with_params(given, params) if params else given


def value_at(graph: Graph, name: str) -> Any:
    """What a document holds in a place that a run may set; None when it holds nothing there."""
    if name in graph.inputs:
        return graph.inputs[name].default
    path, _, port = name.rpartition(".")
    *outer, last = path.split("/")
    for one in outer:
        inner = graph.nodes[one].graph if one in graph.nodes else None
        if inner is None:
            return None
        graph = inner
    if last not in graph.nodes:
        return None
    instance = graph.nodes[last]
    starts = {"count": instance.count, "items": instance.items, **instance.carry}
    return instance.params.get(port, starts.get(port))


def _with_params(graph: Graph, params: Mapping[str, Any]) -> Graph:
    """The graph with values in its instances, and in those of the graphs embedded in it."""
    within: dict[str, dict[str, Any]] = {}
    own: dict[str, dict[str, Any]] = {}
    for name, value in params.items():
        outer, inside, rest = name.partition("/")
        if inside:
            within.setdefault(outer, {})[rest] = value
        else:
            instance, _, port = name.rpartition(".")
            own.setdefault(instance, {})[port] = value
    nodes = dict(graph.nodes)
    for name in (*own, *within):
        if name in nodes:
            nodes[name] = _holding(nodes[name], own.get(name, {}), within.get(name, {}))
    return graph.model_copy(update={"nodes": nodes})


def _holding(instance: Instance, own: Mapping[str, Any], within: Mapping[str, Any]) -> Instance:
    """An instance with values, each where the document holds it: a loop has start values and its extent."""
    carry, extent, params = dict(instance.carry), dict[str, Any](), dict(instance.params)
    for port, value in own.items():
        if port in params:
            params[port] = value
        elif port in carry:
            carry[port] = value
        elif instance.is_loop and port in ("count", "items"):
            extent[port] = value
        else:
            params[port] = value
    update: dict[str, Any] = {"params": params, "carry": carry, **extent}
    if within and instance.graph is not None:
        update["graph"] = _with_params(instance.graph, within)
    return instance.model_copy(update=update)


def without_refs(graph: Graph, refs: Refs) -> Graph:
    """The graph with every referenced graph embedded in its place.

    Args:
        graph: A checked document: its references can be read and don't go in circles. It stays as it is.
        refs: Reads a referenced graph.

    Returns:
        Another graph; the same one if it refers to none.

    Raises:
        KnotworkError: A reference can't be read.
    """
    nodes = {name: _embedded(instance, refs) for name, instance in graph.nodes.items()}
    if all(instance is graph.nodes[name] for name, instance in nodes.items()):
        return graph
    return graph.model_copy(update={"nodes": nodes})


def _embedded(instance: Instance, refs: Refs) -> Instance:
    inner = refs(instance.ref) if instance.ref else instance.graph
    if inner is None:
        return instance
    whole = without_refs(inner, refs)
    if whole is instance.graph and not instance.ref:
        return instance
    return instance.model_copy(update={"graph": whole, "ref": ""})


def without_paths(graph: Graph, registry: Registry, roots: Iterable[tuple[Path, str]]) -> Graph:
    """The graph with absolute paths in file params made relative to the folder they are looked for in.

    What lies in none of the folders keeps its name alone, so that no graph tells where its maker's files are.

    Args:
        graph: A document without references; it stays as it is.
        registry: Tells which params are files.
        roots: Folders in which files are looked for, each with what names in it begin with.
    """
    folders = [(root.absolute(), start) for root, start in roots]

    def shorten(text: str) -> str:
        path = Path(text)
        if not path.is_absolute():
            return text
        inside = (
            start + path.relative_to(one).as_posix() for one, start in folders if path.is_relative_to(one)
        )
        return next(inside, path.name)

    return with_files(graph, registry, shorten)


def with_files(graph: Graph, registry: Registry, rename: Rename) -> Graph:
    """The graph with its file params renamed.

    Args:
        graph: A document without references; it stays as it is.
        registry: Tells which params are files.
        rename: Name of a file → its other name.
    """
    graph = graph.model_copy(deep=True)
    levels = expand(graph, None, [])
    interfaces = Interfaces(levels, registry)
    for level in levels:
        for name, declared in level.graph.inputs.items():
            if not declared.required:
                declared.default = _renamed(declared.default, interfaces.input(level, name), rename)
        for name, interface in interfaces.of[level].items():
            _rename(level.graph.nodes[name], interface, rename)
    return graph


def _rename(instance: Instance, interface: Interface, rename: Rename) -> None:
    for port, value in instance.params.items():
        instance.params[port] = _renamed(value, interface.inputs.get(port), rename)
    for name, value in instance.carry.items():
        instance.carry[name] = _renamed(value, interface.carry.get(name), rename)
    if isinstance(instance.items, list):
        instance.items = [_renamed(item, interface.each, rename) for item in instance.items]


def _renamed(value: Any, port: Port | None, rename: Rename) -> Any:
    if port is None or not _is_file(port):
        return value
    if isinstance(value, list):
        return [_renamed(item, port, rename) for item in cast("list[Any]", value)]
    return rename(value) if isinstance(value, str) else value


def _is_file(port: Port) -> bool:
    type_ = port.type
    while isinstance(type_, ListOf):
        type_ = type_.item
    return isinstance(type_, Plain) and issubclass(type_.cls, File)
