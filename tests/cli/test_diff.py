import json
from pathlib import Path

from tests.cli.conftest import Cli, Write


def test_equal_graphs_have_no_difference(cli: Cli, product: Path) -> None:
    result = cli("diff", product, product)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no difference\n")


def test_a_changed_value_is_named(cli: Cli, write: Write) -> None:
    write("a.json", nodes={"n": {"type": "math.add", "params": {"a": 1}}})
    write("b.json", nodes={"n": {"type": "math.add", "params": {"a": 2}}})
    assert cli("diff", "a.json", "b.json").stdout == "n.params.a: 1 → 2\n"


def test_json_lists_the_changes(cli: Cli, write: Write) -> None:
    write("a.json", nodes={})
    write("b.json", nodes={"n": {"type": "math.add"}})
    found = json.loads(cli("diff", "a.json", "b.json", "--json").stdout)
    assert not found["same"]
    assert [(one["kind"], one["instance"]) for one in found["changes"]] == [("added", "n")]


def test_a_change_that_changes_no_result_is_told_as_such(cli: Cli, write: Write) -> None:
    write("a.json", title="one")
    write("b.json", title="two")
    result = cli("diff", "a.json", "b.json")
    assert result.stdout == 'title: "one" → "two"\n'
    assert result.stderr.startswith("the same results")


def test_a_graph_that_is_not_there_is_told_with_exit_code_2(cli: Cli, product: Path) -> None:
    assert cli("diff", product, "nothing.json").exit_code == 2
