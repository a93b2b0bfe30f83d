import json
from pathlib import Path

from nodes.control.listing import DEPTH_LICENCE
from tests.cli.conftest import Cli, Write


def test_a_good_graph_has_no_problems(cli: Cli, product: Path) -> None:
    result = cli("check", product)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "2 nodes: no problems\n")


def test_inputs_may_lack_values_until_the_graph_runs(cli: Cli, write: Write) -> None:
    write(inputs={"a": {"to": ["n.a"]}}, nodes={"n": {"type": "math.add"}})
    assert cli("check", "graph.json").exit_code == 0


def test_every_problem_is_told_with_place_and_cure(cli: Cli, write: Write) -> None:
    write(
        nodes={
            "a": {"type": "math.ad"},
            "b": {"type": "math.add", "params": {"a": "x"}},
            "c": {"type": "image.flip"},
        }
    )
    result = cli("check", "graph.json", "--json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert not found["ok"]
    assert [(one["code"], one["instance"], one["port"]) for one in found["problems"]] == [
        ("unknown-node", "a", ""),
        ("bad-value", "b", "a"),
        ("missing-input", "c", "image"),
    ]
    assert all(one["expected"] and one["got"] and one["cure"] for one in found["problems"])


def test_restricted_weights_are_told_each_licence_once(cli: Cli, write: Write) -> None:
    given = {"folder": {"to": ["near.folder", "far.folder"]}}
    write(inputs=given, nodes={name: {"type": "load.depth"} for name in ("near", "far")})
    terms = DEPTH_LICENCE

    assert cli("check", "graph.json").stderr.splitlines() == [
        f"licence of weights (near, far): {terms}",
        "2 nodes: no problems",
    ]
    [first, second] = json.loads(cli("check", "graph.json", "--json").stdout)["licences"]
    assert first == {"instance": "near", "family": "", "licence": terms}
    assert second["instance"] == "far"


def test_a_file_that_is_no_graph_is_told_with_exit_code_2(cli: Cli) -> None:
    Path("graph.json").write_text("{]")
    result = cli("check", "graph.json")
    assert result.exit_code == 2
    assert "expected JSON" in result.stderr
