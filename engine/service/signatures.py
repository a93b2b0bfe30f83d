"""Graphs seen as functions: what each takes and gives, as JSON Schema, for callers who know no nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from engine.declare.node import REQUIRED, Port
from engine.declare.registry import Registry
from engine.declare.types import Unknown
from engine.errors import KnotworkError
from engine.executors.headless import Headless
from engine.graph.document import Graph, GraphInput
from engine.graph.interface import Interfaces
from engine.graph.levels import Refs, expand
from engine.service.workspace import Listed, Workspace

Schema = dict[str, Any]
NULL: Schema = {"type": "null"}
FILE = "The id of an upload, or the name of a file in one of the server's folders."


@dataclass(frozen=True, slots=True)
class Signature:
    """What a graph takes and gives.

    Attributes:
        name: What it is run by.
        title: The graph's title.
        help: What it does.
        values: JSON Schema of the object of its inputs' values.
        outputs: Output → name of its type.
    """

    name: str
    title: str
    help: str
    values: Schema
    outputs: Mapping[str, str]


class Signatures:
    """The signatures of all graphs that can be called, made anew when their files change.

    Args:
        workspace: Lists the graphs.
        headless: Tells what their nodes take.
        read: Reads a graph by its name.
    """

    def __init__(self, workspace: Workspace, headless: Headless, read: Callable[[str], Graph]) -> None:
        self._workspace, self._headless, self._read = workspace, headless, read
        self._known: dict[Listed, Signature | None] = {}

    def all(self) -> list[Signature]:
        """Every graph that can be called; a file of the workspace hides a template of its name."""
        listed = {one.name.removesuffix(".json"): one for one in self._workspace.templates()}
        listed |= {one.name.removesuffix(".json"): one for one in self._workspace.files()}
        self._known = {one: self._of(name, one) for name, one in listed.items()}
        return [found for found in self._known.values() if found is not None]

    def _of(self, name: str, listed: Listed) -> Signature | None:
        if listed in self._known:
            return self._known[listed]
        try:
            return signature(name, self._read(name), self._headless.registry, self._headless.reference)
        except KnotworkError:
            return None  # it says why when it is run


def signature(name: str, graph: Graph, registry: Registry, refs: Refs) -> Signature | None:
    """The signature of a graph; None when it names no output, or wants a value that nobody can type in.

    Args:
        name: What it is run by.
        graph: The document.
        registry: Where node ids are found.
        refs: Reads a referenced graph.
    """
    levels = expand(graph, refs, [])
    interfaces = Interfaces(levels, registry)
    ports = {input: interfaces.input(levels[0], input) for input in graph.inputs}
    typed = {input: port for input, port in ports.items() if port.is_param or isinstance(port.type, Unknown)}
    required = [input for input, declared in graph.inputs.items() if declared.required]
    if not graph.outputs or not typed.keys() >= set(required):
        return None
    values = {
        "type": "object",
        "properties": {input: _schema(port, graph.inputs[input]) for input, port in typed.items()},
        "required": required,
        "additionalProperties": False,
    }
    outputs = {output: str(interfaces.output(levels[0], output).type) for output in graph.outputs}
    return Signature(name, graph.title or name, graph.help, values, outputs)


def _schema(port: Port, declared: GraphInput) -> Schema:
    """JSON Schema of an input's value, standing for itself wherever it is put."""
    whole = replace(port, default=REQUIRED).schema() if port.is_param else {}
    schema: Schema = _inlined(whole, whole.pop("$defs", {}))
    if port.optional and schema and NULL not in schema.get("anyOf", ()):
        schema = {"anyOf": [schema, NULL]}
    if declared.title:
        schema["title"] = declared.title
    if help := " ".join(filter(None, (port.help, FILE if port.within else ""))):
        schema["description"] = help
    if not declared.required:
        schema["default"] = declared.default
    return schema


def _inlined(schema: Any, parts: Mapping[str, Any]) -> Any:
    """A schema with what it refers to in place; what can be typed in has no schema that goes in circles."""
    if isinstance(schema, list):
        return [_inlined(item, parts) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    tree = cast("dict[str, Any]", schema)
    if reference := tree.get("$ref"):
        return _inlined(parts[reference.rpartition("/")[2]], parts)
    return {name: _inlined(value, parts) for name, value in tree.items()}
