import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Write

BODY: dict[str, Any] = {
    "inputs": {"x": {"to": ["twice.a"]}, "by": {"to": ["twice.b"], "default": 2}},
    "outputs": {"x": "twice.out"},
    "nodes": {"twice": {"type": "math.multiply"}},
}


@pytest.fixture
def doubling(write: Write) -> Path:
    """One, doubled ten times; the last turns are kept."""
    loop = {"type": "flow.loop", "carry": {"x": 1}, "count": 10, "checkpoint": 2, "keep": 3, "graph": BODY}
    inner = write(
        "inner.json",
        inputs={"by": {"to": ["loop.by"], "default": 2}},
        outputs={"x": "loop.x"},
        nodes={"loop": loop},
    )
    return write(
        "doubling.json",
        inputs={"by": {"to": ["sub.by"], "default": 2}},
        outputs={"x": "sub.x"},
        nodes={"sub": {"ref": inner.name}},
    )


def value(cli: Cli, *words: str | Path) -> float:
    [output] = json.loads(cli("run", *words, "--json").stdout)["outputs"]
    return output["value"]


def test_a_forked_graph_stands_alone_and_goes_on_with_other_values(cli: Cli, doubling: Path) -> None:
    assert value(cli, doubling) == 1024
    said = cli("fork", doubling, "sub/loop", "8")
    assert (said.exit_code, said.stdout) == (0, "doubling-from-8.json\n")
    Path("inner.json").unlink()

    assert value(cli, "doubling-from-8.json") == 1024
    assert value(cli, "doubling-from-8.json", "--set", "by=10") == 256 * 100


def test_the_values_that_were_set_tell_which_run_is_meant(cli: Cli, doubling: Path) -> None:
    cli("run", doubling, "--set", "by=3")
    none = cli("fork", doubling, "sub/loop")
    assert (none.exit_code, none.stdout) == (0, "")
    assert none.stderr == "no turn is kept of a run with these values\n"
    assert cli("fork", doubling, "sub/loop", "--set", "by=3").stdout == "6\n8\n10\n"
    told = json.loads(cli("fork", doubling, "sub/loop", "--set", "by=3", "--json").stdout)
    assert told == {"loop": "sub/loop", "turns": [6, 8, 10], "of": 10}
    cli("fork", doubling, "sub/loop", "6", "--set", "by=3", "--out", "it.json")
    assert value(cli, "it.json") == 3**10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sub/loop", "7"), "expected a turn that is kept (6, 8, 10), got 7"),
        (("nobody", "6"), "expected an instance of the graph"),
        (("sub/loop", "6", "--out", "doubling.json"), "expected a new file"),
    ],
)
def test_what_cant_be_forked_is_refused(cli: Cli, doubling: Path, words: tuple[str, ...], said: str) -> None:
    cli("run", doubling)
    refused = cli("fork", doubling, *words)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_only_loops_are_forked(cli: Cli, product: Path) -> None:
    refused = cli("fork", product, "sum", "2")
    assert (refused.exit_code, "expected a loop, got a math.add" in refused.stderr) == (2, True)


def test_a_turn_that_is_gone_ends_the_run(cli: Cli, doubling: Path) -> None:
    cli("run", doubling)
    cli("fork", doubling, "sub/loop", "6")
    cli("cache", "clear")
    failed = cli("run", "doubling-from-6.json")
    assert failed.exit_code == 1
    assert "not in the store" in failed.stderr
