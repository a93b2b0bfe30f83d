"""Typing a value is checked without looking at the rest, and what is found is what a whole check finds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.graph.check import Checked, check
from engine.graph.document import Graph
from engine.graph.edit import Refused, fork
from engine.graph.operations import OPERATIONS, apply
from tests.graph.nodes import registry
from tests.graph.test_operations import TREE

REGISTRY = registry()


def graph(**nodes: Any) -> Graph:
    return Graph.model_validate({"nodes": nodes}) if nodes else Graph.model_validate(TREE)


def typed(before: Graph, name: str, port: str, value: Any, at: str = "") -> Graph:
    operation: dict[str, Any] = {"op": "set_param", "at": at, "name": name, "port": port, "value": value}
    after = fork(before, at)
    apply(after, OPERATIONS.validate_python(operation))
    return after


def test_a_value_that_does_not_fit_and_one_that_does() -> None:
    before = graph(one={"type": "t.number"}, two={"type": "t.add", "params": {"a": 1}})
    checked = Checked(before, REGISTRY)
    wrong = typed(before, "one", "value", "many")
    assert checked.retype(wrong, "", "one", ["value"])
    assert checked.problems() == check(wrong, REGISTRY)
    assert [problem.code for problem in checked.problems()] == ["bad-value", "missing-input"]
    right = typed(wrong, "one", "value", 2)
    assert checked.retype(right, "", "one", ["value"])

    assert checked.problems() == check(before, REGISTRY)


def test_a_value_inside_a_loop() -> None:
    before = graph()
    checked = Checked(before, REGISTRY)
    after = typed(before, "add", "b", "many", at="loop")

    assert checked.retype(after, "loop", "add", ["b"])
    assert checked.problems() == check(after, REGISTRY) != []


@pytest.mark.parametrize(
    "instance",
    [
        {"type": "t.load", "params": {"file": "a.st"}},
        {"type": "t.missing", "params": {"file": "a"}},
        {"type": "t.blur", "mode": "bypass", "params": {"file": 1}},
        {
            "graph": {"inputs": {"file": {"to": ["l.file"]}}, "nodes": {"l": {"type": "t.load"}}},
            "params": {"file": "a.st"},
        },
    ],
    ids=["file", "placeholder", "bypassed", "file inside"],
)
def test_a_value_that_others_depend_on_wants_a_whole_check(instance: dict[str, Any]) -> None:
    before = graph(it=instance)
    checked = Checked(before, REGISTRY)

    assert not checked.retype(typed(before, "it", "file", "b.st"), "", "it", ["file"])


PLACES = st.sampled_from(
    [("", name) for name in ("one", "sum", "total", "loop", "draw", "blur")] + [("loop", "add")]
)
PORTS = st.sampled_from(["value", "a", "b", "values", "picture", "step", "style", "radius", "x"])
VALUES = st.sampled_from([None, 1, 2.5, "ink", [1, 2], True])


@given(st.lists(st.tuples(PLACES, PORTS, st.none() | VALUES.map(lambda value: [value])), max_size=6))
def test_any_values_in_turn(edits: list[tuple[tuple[str, str], str, list[Any] | None]]) -> None:
    now = graph()
    checked = Checked(now, REGISTRY)
    for (at, name), port, value in edits:
        linked = _instance(now, at, name).links
        if port in linked:
            continue
        after = fork(now, at)
        kind = {"op": "unset_param"} if value is None else {"op": "set_param", "value": value[0]}
        try:
            apply(after, OPERATIONS.validate_python({**kind, "at": at, "name": name, "port": port}))
        except Refused:
            continue
        now = after
        if not checked.retype(now, at, name, [port]):
            checked = Checked(now, REGISTRY)
        assert checked.problems() == check(now, REGISTRY)


def _instance(now: Graph, at: str, name: str) -> Any:
    level = now.nodes[at].graph if at else now
    assert level is not None
    return level.nodes[name]
