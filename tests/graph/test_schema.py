from pathlib import Path

from engine.graph.canonical import pretty
from engine.graph.schema import graph_schema

KEPT = Path(__file__).parents[2] / "docs" / "graph.schema.json"


def test_the_kept_schema_is_the_models_schema() -> None:
    assert KEPT.read_text(encoding="utf-8") == pretty(graph_schema()), "write it again: knotwork schema"


def test_the_schema_describes_every_field() -> None:
    parts = graph_schema()["$defs"]

    assert {"while", "carry", "links"} <= parts["Instance"]["properties"].keys()
    assert all("description" in field for field in parts["Instance"]["properties"].values())
