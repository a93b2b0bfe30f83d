import json

from tests.cli.conftest import Cli

TERMS = ("licence", "restricted", "also")


def test_every_family_is_listed_with_its_nodes_and_example(cli: Cli) -> None:
    lines = [line.split("\t") for line in cli("families").stdout.splitlines()]
    [line] = [line for line in lines if line[0] == "Stable Diffusion 1 and 2 (sd1)"]

    assert "diffusion.predict" in line[1]
    assert line[2:4] == ["diffusers, single file", "stable_diffusion"]


def test_json_has_a_record_for_each(cli: Cli) -> None:
    found = json.loads(cli("families", "--json").stdout)["families"]

    assert {"sd1", "sdxl", "flux"} <= {family["name"] for family in found}
    assert found[0].keys() == {"name", "title", "nodes", "formats", "graph", "parity", *TERMS}
