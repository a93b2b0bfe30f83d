"""Whatever a graph file holds, ``check``, ``plan`` and ``run`` end with a result or a named error."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.settings import BUILT_IN
from tests.cli.conftest import Cli

COMMANDS = (["check"], ["plan"], ["run", "--out", "out"])
SMALL: dict[str, Any] = {
    "knotwork": 1,
    "inputs": {"a": {"to": ["sum.a"], "default": 1}, "mark": {"to": ["say.b"], "default": "!"}},
    "outputs": {
        "out": "twice.out",
        "text": "say.out",
        "chosen": "choose.out",
        "last": "turns.x",
        "every": "each.out",
    },
    "nodes": {
        "sum": {"type": "math.add", "params": {"b": 2}},
        "range": {"type": "list.range", "params": {"stop": 3}},
        "each": {"type": "math.multiply", "params": {"b": 2}, "links": {"a": "range.out"}, "over": ["a"]},
        "told": {"type": "text.number", "links": {"value": "sum.out"}},
        "say": {"type": "text.concat", "links": {"a": "told.out"}},
        "inner": {
            "graph": {
                "inputs": {"x": {"to": ["half.a"]}},
                "outputs": {"y": "half.out"},
                "nodes": {"half": {"type": "math.divide", "params": {"b": 2}}},
            },
            "links": {"x": "sum.out"},
        },
        "twice": {"type": "math.add", "links": {"a": "inner.y", "b": "inner.y"}},
        "choose": {
            "type": "flow.switch",
            "params": {"condition": True},
            "links": {"when_true": "sum.out", "when_false": "twice.out"},
        },
        "turns": {
            "type": "flow.loop",
            "carry": {"x": {"link": "twice.out"}},
            "count": 3,
            "checkpoint": 2,
            "graph": {
                "inputs": {"x": {"to": ["next.a"]}},
                "outputs": {"x": "next.out"},
                "nodes": {"next": {"type": "math.add", "params": {"b": 1}}},
            },
        },
    },
}
# Nothing large: a count of turns would be run.
STRANGE: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 3, -0.0, -(2**60)),
    *("", "a.b", "sum.out", "say.out", "turns.x", "range.out", "\u0000", "\ud7ff", "../x", "bypass", "mute"),
    *([], [[]], {}, [None], ["sum.out"], ["sum.out", "range.out"], [1, "x"]),
    *({"link": "sum.out"}, {"link": "range.out"}, {"link": 3}, {"to": ["sum.a"]}, {"ref": "graph.json"}),
    *({"type": "math.add"}, {"type": "text.join"}, {"type": "flow.loop"}, {"type": "no.such"}),
    *("math.add", "flow.loop", "flow.switch", "list.pick", "image.load", "text.lines", "load.diffusers"),
]


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree as its holder and key."""
    waiting = [tree]
    for holder in waiting:
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            yield holder, key
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])


def mutated(chance: random.Random, tree: dict[str, Any]) -> bytes:
    """A graph file with a few things in it changed, moved or gone, and sometimes broken bytes."""
    tree = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 3)):
        found = list(places(tree))
        holder, key = chance.choice(found) if found else (tree, "nodes")
        other, place = chance.choice(found) if found else (tree, "nodes")
        change = chance.randrange(4)
        if change == 0:
            holder[key] = copy.deepcopy(chance.choice(STRANGE))
        elif change == 1 and isinstance(holder, dict):
            del holder[key]
        elif change == 2:
            holder[key] = copy.deepcopy(other[place])
        elif isinstance(holder, dict):
            holder[chance.choice(["over", "mode", "frozen", "while", "items", "x", str(place)])] = holder[key]
    data = bytearray(json.dumps(tree).encode())
    if chance.random() < 0.1:
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def live_through(cli: Cli, seed: int, trees: list[dict[str, Any]], commands: tuple[list[str], ...]) -> None:
    """Give the commands a mutated file."""
    Path("graph.json").write_bytes(mutated(chance := random.Random(seed), chance.choice(trees)))
    for words in commands:
        done = cli(*words, "graph.json")
        assert isinstance(done.exception, SystemExit | None), (seed, words, done.exc_info)
        assert done.exit_code in ({0, 2} if words != COMMANDS[2] else {0, 1, 2}), (seed, words, done.stderr)
        assert "Traceback" not in done.stderr, (seed, words, done.stderr)


def examples() -> list[dict[str, Any]]:
    """The shipped graphs."""
    return [json.loads(path.read_bytes()) for path in sorted((BUILT_IN / "graphs").glob("**/*.json"))]


def test_the_graph_that_is_mutated_runs(cli: Cli) -> None:
    Path("graph.json").write_text(json.dumps(SMALL))
    done = cli("run", "graph.json", "--json")
    outputs = {output["output"]: output["value"] for output in json.loads(done.stdout)["outputs"]}
    assert outputs == {"out": 3.0, "text": "3!", "chosen": 3.0, "last": 6.0, "every": [0.0, 2.0, 4.0]}


def test_mutated_graphs_end_in_a_result_or_a_named_error(cli: Cli) -> None:
    for seed in range(40):
        live_through(cli, seed, [SMALL], COMMANDS)


def test_mutated_examples_are_checked_and_planned_or_refused_by_name(cli: Cli) -> None:
    for seed in range(15):
        live_through(cli, seed, examples(), COMMANDS[:2])


@pytest.mark.soak
def test_three_thousand_mutated_graphs_do_too(cli: Cli) -> None:
    for seed in range(40, 2_040):
        live_through(cli, seed, [SMALL], COMMANDS)
    for seed in range(15, 1_015):
        live_through(cli, seed, examples(), COMMANDS[:2])
