"""A plan that follows an edit is the plan of the edited graph; where it can't follow, it says so."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.graph.document import Graph
from engine.graph.edit import Refused, fork
from engine.graph.inline import flatten
from engine.graph.operations import OPERATIONS, apply
from engine.plan.plan import Plan, compile
from engine.plan.revise import SEVERAL, follow
from tests.plan.planning import REGISTRY, Named, keyer, node
from tests.plan.test_plan import compared

KEYER, FILES = keyer(), Named({"a.st": "12"})
TREE: dict[str, Any] = {
    "inputs": {
        "x": {"to": ["one.value", "sub.x"], "default": 2},
        "y": {"to": ["two.value"], "default": 3},
        "free": {"to": ["three.value"]},
    },
    "outputs": {"all": "all.out"},
    "nodes": {
        "one": node("number", value=1),
        "two": node("number", value=2),
        "three": node("number", value=3),
        "sum": node("add", {"a": "one.out"}, b=1),
        "passed": {**node("add", a=4, b=5), "mode": "bypass"},
        "after": node("add", {"a": "passed.out"}, b=1),
        "mute": {**node("number", value=1), "mode": "mute"},
        "sub": {
            "graph": {
                "inputs": {"x": {"to": ["inner.a"]}, "z": {"to": ["inner.b"]}},
                "outputs": {"out": "inner.out"},
                "nodes": {"inner": node("add")},
            },
            "params": {"z": 1},
        },
        "all": node("total", {"values": ["sum.out", "two.out", "three.out", "after.out", "sub.out"]}),
    },
}


def graph() -> Graph:
    return Graph.model_validate(TREE)


def planned(graph: Graph) -> Plan:
    return compile(flatten(graph, REGISTRY), KEYER, FILES)


def edited(before: Graph, **operation: Any) -> Graph:
    after = fork(before, "")
    apply(after, OPERATIONS.validate_python(operation))
    return after


def typed(name: str, port: str, value: Any) -> dict[str, Any]:
    return {"op": "set_param", "name": name, "port": port, "value": value}


def given_(name: str, **fields: Any) -> dict[str, Any]:
    return {"op": "expose_input", "name": name, "input": {"to": TREE["inputs"][name]["to"], **fields}}


@pytest.mark.parametrize(
    "operation",
    [
        typed("sum", "b", 7),
        typed("one", "value", 7),
        typed("mute", "value", 7),
        {"op": "unset_param", "name": "three", "port": "value"},
        given_("y", default=7),
        given_("y"),
        given_("free", default=7),
        {"op": "set_fields", "name": "sum", "fields": {"title": "Sum"}},
        {"op": "move", "positions": {"sum": [1, 2]}},
        {"op": "describe", "fields": {"title": "Sums"}},
    ],
    ids=str,
)
def test_it_follows_values_and_what_means_nothing(operation: dict[str, Any]) -> None:
    before = graph()
    now = edited(before, **operation)
    plan = follow(planned(before), before, now)

    assert plan is not None
    assert compared(plan) == compared(planned(now))


@pytest.mark.parametrize(
    "operation",
    [
        typed("sum", "a", 7),
        typed("passed", "a", 7),
        typed("sub", "z", 7),
        given_("x", default=7),
        {"op": "unexpose_input", "name": "y"},
        {"op": "expose_output", "name": "more", "source": "one.out"},
        {"op": "remove", "names": ["three"]},
        {"op": "add", "name": "new", "instance": {"type": "t.number"}},
        {"op": "rename", "name": "one", "to": "first"},
        {"op": "link", "name": "sum", "port": "a", "source": "two.out"},
        {"op": "set_fields", "name": "mute", "fields": {"mode": ""}},
        {"op": "set_fields", "name": "sum", "fields": {"frozen": "ab"}},
    ],
    ids=str,
)
def test_it_does_not_follow_anything_else(operation: dict[str, Any]) -> None:
    before = graph()

    assert follow(planned(before), before, edited(before, **operation)) is None


def test_what_nothing_was_done_to_is_the_same_plan() -> None:
    before = graph()
    plan = planned(before)

    assert follow(plan, before, edited(before, op="move", positions={"sum": [1, 2]})) is plan


def test_a_great_many_values_are_compiled_anew() -> None:
    before = Graph.model_validate({"nodes": {f"n{i}": node("number", value=i) for i in range(SEVERAL + 1)}})
    now = before
    for name in before.nodes:
        now = edited(now, **typed(name, "value", -1))

    assert follow(planned(before), before, now) is None


def test_a_value_that_does_not_fit_is_refused() -> None:
    before = graph()

    with pytest.raises(GraphError, match=r"sum\.b"):
        follow(planned(before), before, edited(before, **typed("sum", "b", "many")))


NAMES = st.sampled_from(sorted(TREE["nodes"]))
OPERATION = (
    st.builds(typed, NAMES, st.sampled_from(["value", "a", "b", "z"]), st.sampled_from([1, 2.5, 7]))
    | st.builds(lambda name, value: given_(name, default=value), st.sampled_from("xy"), st.integers(0, 3))
    | st.fixed_dictionaries(
        {"op": st.just("unset_param"), "name": NAMES, "port": st.sampled_from(["b", "z"])}
    )
    | st.fixed_dictionaries({"op": st.just("unlink"), "name": NAMES, "port": st.just("a")})
)


@given(st.lists(OPERATION, max_size=6))
def test_edit_after_edit_it_is_the_plan_of_the_graph(operations: list[dict[str, Any]]) -> None:
    before = graph()
    plan: Plan | None = planned(before)
    for operation in operations:
        try:
            now = edited(before, **operation)
        except Refused:
            continue
        try:
            anew = planned(now)
        except GraphError:
            anew = None
        if plan is not None:
            try:
                plan = follow(plan, before, now)
            except GraphError:
                assert anew is None
                plan = None
        if plan is not None:
            assert anew is not None
            assert compared(plan) == compared(anew)
        plan, before = plan or anew, now
