"""``knotwork schema``: the JSON Schema of graph files."""

from __future__ import annotations


def command() -> None:
    """Print the JSON Schema of graph files, for editors and other programs."""
    from engine.graph.schema import schema

    print(schema(), end="")
