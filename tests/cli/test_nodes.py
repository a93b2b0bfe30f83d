import json
from typing import Any

import pytest

from engine.declare.registry import Pack, Registry
from tests.cli.conftest import Cli


def described(cli: Cli, *words: str) -> dict[str, Any]:
    return json.loads(cli("nodes", *words, "--json").stdout)


def test_every_node_is_listed_with_ports_and_help(cli: Cli) -> None:
    lines = [line.split("\t") for line in cli("nodes").stdout.splitlines()]
    assert ["math.add", "a, b", "out: float", "Add two numbers."] in lines


def test_the_first_part_of_the_ids_lists_a_family(cli: Cli) -> None:
    ids = [line.split("\t")[0] for line in cli("nodes", "math").stdout.splitlines()]
    assert "math.add" in ids
    assert all(id.startswith("math.") for id in ids)


def test_one_node_is_told_with_types_ranges_defaults_and_help(cli: Cli) -> None:
    text = cli("nodes", "image.resize").stdout
    assert text.startswith("image.resize, version ")
    assert "\nwidth\tint\t512\t≥ 1, ≤ 16384\t" in text
    assert "\tstretch | inside | cover\t" in text
    assert "\nimage\tImage\trequired\t\t" in text


def test_json_has_the_schema_of_each_param(cli: Cli) -> None:
    [node] = described(cli, "image.resize")["nodes"]
    width = node["inputs"]["width"]
    assert (width["type"], width["required"], width["schema"]["minimum"]) == ("int", False, 1)
    assert node["outputs"]["out"]["type"] == "Image"


def test_a_variadic_input_is_starred(cli: Cli) -> None:
    assert "\n*" in cli("nodes", "list.join").stdout


@pytest.mark.parametrize("id", ["imge.resize", "image.resiz"])
def test_an_unknown_id_is_told_with_the_nearest(cli: Cli, id: str) -> None:
    result = cli("nodes", id)
    assert result.exit_code == 2
    assert 'Did you mean "image.resize"?' in result.stderr


def test_a_broken_pack_is_told_and_the_others_are_listed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    packs = {
        "knotwork": Pack("knotwork", {"math": ("nodes.math",)}),
        "other": Pack("other", {"other": ("no_such_module",)}),
    }
    monkeypatch.setattr("engine.declare.registry.installed", lambda: Registry(packs))
    result = cli("nodes")
    assert "math.add" in result.stdout
    assert "no_such_module can't be imported: ModuleNotFoundError" in result.stderr
    assert "Its pack is broken" in cli("nodes", "other.thing").stderr
