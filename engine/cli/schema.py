"""``knotwork schema``: the JSON Schema of graph files."""

from __future__ import annotations


def command() -> None:
    """Print the JSON Schema of graph files, for editors and other programs."""
    from engine.graph.canonical import pretty
    from engine.graph.schema import graph_schema

    print(pretty(graph_schema()), end="")
