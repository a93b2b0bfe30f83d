import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Cli, Write


def plan(cli: Cli, *words: str | Path) -> dict[str, Any]:
    return json.loads(cli("plan", *words, "--json").stdout)


def statuses(found: dict[str, Any]) -> dict[str, str]:
    return {one["instance"]: one["status"] for one in found["instances"]}


def test_before_the_first_run_everything_would_run(cli: Cli, product: Path) -> None:
    found = plan(cli, product)
    assert statuses(found) == {"sum": "run", "times": "run"}
    assert {one["why"] for one in found["instances"]} == {"it has not run in this graph before"}


def test_planning_runs_and_stores_nothing(cli: Cli, product: Path) -> None:
    plan(cli, product)
    assert plan(cli, product)["nodes"]["run"] == 2


def test_after_a_run_what_is_stored_is_a_hit(cli: Cli, product: Path) -> None:
    cli("run", product)
    assert statuses(plan(cli, product)) == {"sum": "not needed", "times": "hit"}


def test_a_change_is_named(cli: Cli, product: Path) -> None:
    cli("run", product)
    found = plan(cli, product, "--set", "factor=3")
    assert statuses(found) == {"sum": "hit", "times": "run"}
    assert [one["why"] for one in found["instances"] if one["status"] == "run"] == ["b: 10.0 → 3.0"]


def test_the_cost_is_that_of_earlier_runs(cli: Cli, product: Path) -> None:
    cli("run", product)
    found = plan(cli, product, "--set", "a=9")
    assert found["seconds"] == sum(one["seconds"] for one in found["instances"]) > 0
    assert found["bytes"] == sum(one["bytes"] for one in found["instances"]) > 0


def test_a_forced_node_would_run(cli: Cli, product: Path) -> None:
    cli("run", product)
    found = plan(cli, product, "--force", "times")
    assert statuses(found)["times"] == "run"
    assert "it is forced to run" in {one["why"] for one in found["instances"]}


def test_only_what_the_outputs_need_is_planned(cli: Cli, product: Path) -> None:
    found = plan(cli, product, "--output", "sum.out")
    assert statuses(found) == {"sum": "run", "times": "not needed"}


def test_a_person_gets_a_line_for_each_node_and_a_sum(cli: Cli, product: Path) -> None:
    result = cli("plan", product)
    assert [line.split("\t")[:3] for line in result.stdout.splitlines()] == [
        ["run", "sum", "math.add"],
        ["run", "times", "math.multiply"],
    ]
    assert result.stderr.startswith("2 total, 0 hit, 2 run, 0 pending, 0 not needed; ")


def test_when_everything_is_stored_there_is_nothing_to_do(cli: Cli, product: Path) -> None:
    cli("run", product)
    assert cli("plan", product).stderr.endswith("nothing to do\n")


def test_a_wrong_graph_is_told_with_exit_code_2(cli: Cli, write: Write) -> None:
    write(nodes={"a": {"type": "math.ad"}})
    result = cli("plan", "graph.json")
    assert result.exit_code == 2
    assert 'Did you mean "math.add"?' in result.stderr
