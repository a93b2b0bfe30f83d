"""Graphs that stand alone: with the values that were set, without references to other files or to folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from engine.declare.node import Port
from engine.declare.registry import Registry
from engine.declare.types import File, ListOf, Plain
from engine.graph.document import Graph, Instance
from engine.graph.interface import Interface, Interfaces
from engine.graph.levels import Refs, expand


def with_values(graph: Graph, values: Mapping[str, Any]) -> Graph:
    """The graph with values as the defaults of its inputs.

    Args:
        graph: The document; it stays as it is.
        values: Graph input → value, as the document would hold it.
    """
    if not values:
        return graph
    inputs = {
        name: declared.model_copy(update={"default": values[name]}) if name in values else declared
        for name, declared in graph.inputs.items()
    }
    return graph.model_copy(update={"inputs": inputs})


def without_refs(graph: Graph, refs: Refs) -> Graph:
    """The graph with every referenced graph embedded in its place.

    Args:
        graph: A checked document: its references can be read and don't go in circles. It stays as it is.
        refs: Reads a referenced graph.

    Raises:
        KnotworkError: A reference can't be read.
    """
    nodes = {name: _embedded(instance, refs) for name, instance in graph.nodes.items()}
    return graph.model_copy(update={"nodes": nodes})


def _embedded(instance: Instance, refs: Refs) -> Instance:
    inner = refs(instance.ref) if instance.ref else instance.graph
    if inner is None:
        return instance
    return instance.model_copy(update={"graph": without_refs(inner, refs), "ref": ""})


def without_paths(graph: Graph, registry: Registry, roots: Iterable[Path]) -> Graph:
    """The graph with absolute paths in file params made relative to the folder they are looked for in.

    What lies in none of the folders keeps its name alone, so that no graph tells where its maker's files are.

    Args:
        graph: A document without references; it stays as it is.
        registry: Tells which params are files.
        roots: Folders in which files are looked for.
    """
    graph = graph.model_copy(deep=True)
    folders = [root.absolute() for root in roots]
    levels = expand(graph, None, [])
    interfaces = Interfaces(levels, registry)
    for level in levels:
        for name, declared in level.graph.inputs.items():
            if not declared.required:
                declared.default = _relative(declared.default, interfaces.input(level, name), folders)
        for name, interface in interfaces.of[level].items():
            _shorten(level.graph.nodes[name], interface, folders)
    return graph


def _shorten(instance: Instance, interface: Interface, folders: list[Path]) -> None:
    for port, value in instance.params.items():
        instance.params[port] = _relative(value, interface.inputs.get(port), folders)
    for name, value in instance.carry.items():
        instance.carry[name] = _relative(value, interface.carry.get(name), folders)
    if isinstance(instance.items, list):
        instance.items = [_relative(item, interface.each, folders) for item in instance.items]


def _relative(value: Any, port: Port | None, folders: list[Path]) -> Any:
    if port is None or not _is_file(port):
        return value
    if isinstance(value, list):
        return [_relative(item, port, folders) for item in cast("list[Any]", value)]
    if not isinstance(value, str) or not Path(value).is_absolute():
        return value
    path = Path(value)
    return next((path.relative_to(one).as_posix() for one in folders if path.is_relative_to(one)), path.name)


def _is_file(port: Port) -> bool:
    type_ = port.type
    while isinstance(type_, ListOf):
        type_ = type_.item
    return isinstance(type_, Plain) and issubclass(type_.cls, File)
