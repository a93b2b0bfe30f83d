"""Whatever is done to a graph file, reading it ends in a graph with its problems or in a named error."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import KnotworkError
from engine.graph.check import check
from engine.graph.diff import diff
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.merge import merge
from engine.graph.migrate import migrate
from tests.graph.nodes import registry

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = [json.loads(path.read_bytes()) for path in sorted(GOLDEN.glob("*.json"))]
REGISTRY = registry()
STRANGE: list[Any] = [
    *(None, True, 0, -1, 1.5, 2**53, 1e308),
    *("", "a.b", "sum.out", "no.such.port", "loop", "\u0000", "🎨", "bypass", "mute"),
    *([], [[]], {}, [None], ["sum.out", "sum.out"]),
    *({"link": "sum.out"}, {"link": 3}, {"link": "sum.out", "x": 1}, {"to": ["sum.a"]}),
    *({"type": "t.add"}, {"type": "flow.loop"}, {"ref": "self.json"}),
    {"graph": {"nodes": {"sum": {"type": "t.add"}}}},
]
KEYS = [*Instance.model_fields, *GraphInput.model_fields, *Graph.model_fields, "while", "x", "sum", "a.b", ""]


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree as its holder and key."""
    waiting = [tree]
    for holder in waiting:
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            yield holder, key
            if isinstance(holder[key], (dict, list)):
                waiting.append(holder[key])


def mutated(chance: random.Random) -> bytes:
    tree = copy.deepcopy(chance.choice(EXAMPLES))
    for _ in range(chance.randint(1, 4)):
        holder, key = chance.choice(list(places(tree)) or [(tree, "x")])
        match chance.randrange(5):
            case 0:
                holder[key] = copy.deepcopy(chance.choice(STRANGE))
            case 1 if isinstance(holder, dict):
                holder.pop(key, None)
            case 2 if isinstance(holder, dict):
                holder[chance.choice(KEYS)] = copy.deepcopy(chance.choice(STRANGE))
            case 3:
                holder[key] = copy.deepcopy(chance.choice([value[k] for value, k in places(tree)] or [0]))
            case _ if isinstance(holder, dict) and key in holder:
                holder[chance.choice(KEYS)] = holder.pop(key)
    data = bytearray(json.dumps(tree).encode())
    if chance.random() < 0.2:
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.05:
        del data[chance.randrange(len(data)) :]
    return bytes(data)


def refs(name: str) -> Graph:
    if name == "self.json":
        return Graph.model_validate({"nodes": {"again": {"ref": "self.json"}}})
    raise KnotworkError(f"no file {name}")


def live_through(seed: int) -> None:
    chance = random.Random(seed)
    try:
        graph = Graph.read(mutated(chance))
    except KnotworkError:
        return
    written = graph.to_bytes()
    assert Graph.read(written).to_bytes() == written
    migrate(graph, REGISTRY)
    check(graph, REGISTRY, refs=refs)
    graph.digest()
    other = Graph.model_validate(EXAMPLES[0])
    diff(graph, other)
    assert merge(other, graph, other).graph == graph


def test_mutated_files_end_in_a_result_or_a_named_error() -> None:
    for seed in range(300):
        live_through(seed)


@pytest.mark.soak
def test_ten_thousand_mutated_files_do_too() -> None:
    for seed in range(300, 10_300):
        live_through(seed)
