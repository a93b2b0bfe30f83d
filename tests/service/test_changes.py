"""What is told of a run so that it differs from the one before it."""

from __future__ import annotations

from typing import Any

from engine.graph.document import Graph
from engine.service.changes import LENGTH, between
from engine.service.submission import Document, Submission


def graph(**fields: Any) -> Graph:
    return Graph.model_validate({"knotwork": 1, **fields})


def told(before: Graph, after: Graph) -> list[tuple[str, str, Any, Any]]:
    return [(one.kind, one.place, one.old, one.new) for one in between(before, {}, after, {})]


def test_values_come_first_then_links_then_nodes() -> None:
    before = graph(
        nodes={"a": {"type": "x", "params": {"n": 1}}, "b": {"type": "y", "links": {"in": "a.out"}}}
    )
    after = graph(
        nodes={
            "a": {"type": "x", "params": {"n": 2}},
            "b": {"type": "y", "links": {"in": "c.out"}},
            "c": {"type": "z"},
        }
    )
    assert told(before, after) == [
        ("changed", "a.n", 1, 2),
        ("changed", "b.links.in", "a.out", "c.out"),
        ("added", "c", None, None),
    ]


def test_a_param_inside_a_subgraph_is_told_by_its_path() -> None:
    def nested(value: int) -> Graph:
        return graph(nodes={"outer": {"graph": {"nodes": {"a": {"type": "x", "params": {"n": value}}}}}})

    assert told(nested(1), nested(2)) == [("changed", "outer/a.n", 1, 2)]


def test_where_nodes_stand_and_what_things_are_called_is_not_told() -> None:
    before = graph(nodes={"a": {"type": "x"}}, inputs={"n": {"to": ["a.n"], "default": 1}})
    after = graph(
        nodes={"a": {"type": "x"}},
        inputs={"n": {"to": ["a.n"], "default": 1, "title": "Number"}},
        title="Numbers",
        view={"a": {"at": [0, 0]}},
    )
    assert told(before, after) == []


def test_a_run_before_that_cant_be_read_keeps_none_from_running() -> None:
    document = Document(graph(inputs={"n": {"default": 2}}), b"", "", "", (), "")
    submission = Submission(document, "", ({"n": 2},), ())
    assert submission.compared(b'{"knotwork": 999}', {"n": 1}).since == ()
    [change] = submission.compared(graph(inputs={"n": {"default": 1}}).to_bytes(), {"n": 1}).since
    assert (change.place, change.old, change.new) == ("n", 1, 2)


def test_a_long_value_is_cut_short() -> None:
    before, after = (graph(inputs={"text": {"default": text * 300}}) for text in "ab")
    [(_, place, old, _)] = told(before, after)
    assert (place, old) == ("text", "a" * (LENGTH - 1) + "…")
