"""The graph file's JSON Schema, for editors, other programs and people."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from engine.declare.docstring import read_help
from engine.graph.document import Fork, Graph, GraphInput, Instance, Link


def graph_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a graph file, generated from the models and their docstrings."""
    schema = Graph.model_json_schema(by_alias=True)
    for cls in (Graph, GraphInput, Instance, Fork, Link):
        describe(schema["$defs"][cls.__name__], cls)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def describe(part: dict[str, Any], cls: type[BaseModel] | type[Link]) -> None:
    """Say in a class's schema what its docstring says of it and of its fields."""
    part["description"], helps = read_help(cls.__doc__ or "", "Attributes")
    for name, help in helps.items():
        part["properties"][name.rstrip("_")]["description"] = help
