from typing import Any

import pytest

from engine.graph.document import Graph
from engine.graph.lineage import lineages

TREE: dict[str, Any] = {
    "inputs": {"x": {"to": ["one.value"], "default": 1}},
    "outputs": {"sum": "sum.out"},
    "nodes": {
        "one": {"type": "t.number"},
        "two": {"type": "t.number", "params": {"value": 2}},
        "sum": {"type": "t.total", "links": {"values": ["one.out", "two.out"]}},
        "loop": {
            "type": "flow.loop",
            "carry": {"x": {"link": "two.out"}},
            "count": 3,
            "graph": {"nodes": {}},
        },
        "inner": {"ref": "inner.json", "links": {"in": "one.out"}},
    },
}
INNER: dict[str, Any] = {"nodes": {"cut": {"type": "t.whole"}}, "inputs": {"in": {"to": ["cut.x"]}}}


def told(tree: dict[str, Any], inner: dict[str, Any] = INNER) -> dict[str, str]:
    return lineages(Graph.model_validate(tree), lambda _: Graph.model_validate(inner))


def changed(**nodes: dict[str, Any]) -> set[str]:
    """The instances whose lineage is another one once these are in the graph."""
    before, after = told(TREE), told({**TREE, "nodes": {**TREE["nodes"], **nodes}})
    return {name for name, lineage in after.items() if before.get(name) != lineage}


@pytest.mark.parametrize(
    ("name", "instance", "expected"),
    [
        ("two", {"type": "t.number", "params": {"value": 3}}, {"two", "sum", "loop"}),
        ("two", {"type": "t.other", "params": {"value": 2}}, {"two", "sum", "loop"}),
        ("two", {"type": "t.number", "params": {"value": 2}, "mode": "mute"}, {"two", "sum", "loop"}),
        ("sum", {"type": "t.total", "links": {"values": ["two.out", "one.out"]}}, {"sum"}),
        ("sum", {"type": "t.total", "links": {"values": ["one.out", "two.other"]}}, {"sum"}),
        ("loop", {**TREE["nodes"]["loop"], "count": 4}, {"loop"}),
        ("loop", {**TREE["nodes"]["loop"], "graph": {"nodes": {"n": {"type": "t.number"}}}}, {"loop"}),
        ("new", {"type": "t.number", "links": {"value": "sum.out"}}, {"new"}),
        ("two", {"type": "t.number", "params": {"value": 2}, "title": "Deux"}, set()),
        (
            "one",
            {"type": "t.number", "params": {"value": 5}},
            set(),
        ),  # which an input of the graph stands for
    ],
)
def test_an_edit_changes_what_depends_on_it_and_nothing_else(
    name: str, instance: dict[str, Any], expected: set[str]
) -> None:
    assert changed(**{name: instance}) == expected


def test_values_count_and_not_where_they_stand_or_what_anything_is_called() -> None:
    nodes = {
        "first": {"type": "t.number", "params": {"value": 1}},
        "second": {"type": "t.number", "params": {"value": 2.0}},
        "total": {"type": "t.total", "links": {"values": ["first.out", "second.out"]}},
    }
    assert (
        told({"nodes": nodes, "title": "Other", "view": {"total": {"at": [1, 2]}}})["total"]
        == told(TREE)["sum"]
    )
    assert told({**TREE, "inputs": {"x": {"to": ["one.value"], "default": 4}}})["sum"] != told(TREE)["sum"]


def test_a_graph_that_is_referred_to_counts_with_what_is_in_it() -> None:
    embedded = {**TREE["nodes"]["inner"], "ref": "", "graph": INNER}
    other = {**INNER, "nodes": {"cut": {"type": "t.whole", "params": {"x": 1}}}}
    assert told({**TREE, "nodes": {**TREE["nodes"], "inner": embedded}}) == told(TREE)
    assert {name for name, one in told(TREE, other).items() if told(TREE)[name] != one} == {"inner"}


def test_a_circle_has_lineages_too() -> None:
    nodes = {name: {"type": "t.number", "links": {"value": f"{other}.out"}} for name, other in ("ab", "ba")}
    assert set(told({"nodes": nodes})) == {"a", "b"}
