import json
from pathlib import Path

from tests.cli.conftest import Cli


def test_the_schema_is_the_one_in_the_docs(cli: Cli) -> None:
    kept = Path(__file__).parents[2] / "docs" / "graph.schema.json"
    assert cli("schema").stdout == kept.read_text(encoding="utf-8")


def test_the_schema_is_json(cli: Cli) -> None:
    assert json.loads(cli("schema").stdout)["$schema"].startswith("https://json-schema.org/")
