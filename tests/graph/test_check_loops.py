from typing import Any

import pytest

from tests.graph.problems import NUMBER, codes, node, only, problems

LOOP = {
    "type": "flow.loop",
    "graph": {
        "inputs": {"x": {"to": ["sum.a"]}, "step": {"to": ["sum.b"]}},
        "outputs": {"x": "sum.out", "go": "less.out"},
        "nodes": {"sum": node("add"), "less": node("less", links={"a": "sum.out"}, b=9)},
    },
    "carry": {"x": 0},
    "count": 3,
    "params": {"step": 2},
}


def test_a_right_loop_has_no_problems() -> None:
    nodes = {
        "loop": LOOP,
        "sum": node("add", links={"a": "loop.x"}, b=1),
        "bounded": {**LOOP, "while": "go", "collect": ["go"]},
        "linked": {**LOOP, "carry": {"x": {"link": "sum.out"}}, "count": {"link": "n.out"}},
        "n": node("whole", x=1),
    }
    assert codes(nodes, outputs={"list": "bounded.go"}) == []


@pytest.mark.parametrize(
    ("change", "code", "port"),
    [
        ({"count": None}, "no-bound", "count"),
        ({"count": None, "while": "go"}, "no-bound", "count"),
        ({"count": -1}, "bad-value", "count"),
        ({"carry": {"x": "no"}}, "bad-value", "x"),
        ({"params": {}}, "missing-input", "step"),
        ({"while": "stop"}, "missing-port", "while"),
        ({"while": "x"}, "wrong-type", "x"),
        ({"collect": ["z"]}, "missing-port", "z"),
        ({"collect": ["x"]}, "carry", "x"),
        ({"graph": None}, "no-body", ""),
        ({"items": [1]}, "two-bounds", "count"),
        ({"items": [1], "count": None}, "missing-port", "items"),
        ({"carry": {"x": {"link": "gone.out"}}}, "dangling-link", "x"),
        ({"carry": {"x": {"link": "ink.out"}}}, "wrong-type", "x"),
        ({"count": {"link": "ink.out"}}, "wrong-type", "count"),
    ],
)
def test_a_loop_says_what_keeps_it_from_turning(change: dict[str, Any], code: str, port: str) -> None:
    found = codes({"ink": node("draw", text="a"), "loop": {**LOOP, **change}})

    assert (code, "loop", port) in found


def test_a_carried_name_needs_an_input_and_an_output_in_the_body() -> None:
    found = problems({"nodes": {"loop": {**LOOP, "carry": {"x": 0, "z": 1}}}})

    assert [(problem.code, problem.port, problem.expected) for problem in found] == [
        ("carry", "z", "the body's input z"),
        ("carry", "z", "the body's output z"),
    ]


EACH = {
    "type": "flow.loop",
    "graph": {
        "inputs": {"item": {"to": ["sum.a"]}, "index": {"to": ["sum.b"]}},
        "outputs": {"sums": "sum.out"},
        "nodes": {"sum": node("add")},
    },
    "collect": ["sums"],
}


def test_a_loop_goes_over_a_list() -> None:
    nodes = {
        "each": {**EACH, "items": [1, 2.5]},
        "r": node("range", n=3),
        "each_2": {**EACH, "items": {"link": "r.out"}},
        "s": {**node("add", links={"a": "each.sums"}, b=1), "over": ["a"]},
    }
    assert codes(nodes) == []


def test_a_loop_cannot_go_over_what_is_no_list() -> None:
    problem = only({"n": NUMBER, "each": {**EACH, "items": {"link": "n.out"}}})
    assert (problem.code, problem.port, problem.expected) == ("wrong-type", "items", "a list of float")

    assert codes({"each": {**EACH, "items": [1, "x"]}}) == [("bad-value", "each", "items")]


def test_loop_fields_belong_to_loops() -> None:
    assert codes({"s": {**node("add", a=1, b=1), "count": 3}}) == [("not-a-loop", "s", "")]
