"""Plans, and plans after an edit."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import GraphError
from engine.graph.flat import GIVEN
from engine.plan.plan import Plan
from tests.plan.planning import Named, key, node, planned, problems

FILES = Named({"a.st": "1234", "b.st": "5678", "c.st": "9abc"}, large={"c.st"})


def test_instances_come_after_what_they_read() -> None:
    plan = planned({"b": node("add", {"a": "a.out"}, b=1), "a": node("number")})
    assert [plan.names[index] for index in plan.order] == ["a", "b"]


def test_a_frozen_instance_has_the_key_of_its_result() -> None:
    frozen = {**node("add", a=1, b=1), "frozen": "00ff"}
    plan = planned({"a": frozen, "b": node("add", {"a": "a.out"}, b=1)})
    other = planned({"a": {**frozen, "params": {"a": 5, "b": 5}}, "b": node("add", {"a": "a.out"}, b=1)})
    assert key(plan, "a") == bytes.fromhex("00ff")
    assert key(plan, "b") == key(other, "b")


def test_what_lies_below_an_unknown_key_has_none() -> None:
    nodes = {
        "load": node("load", file="c.st"),
        "cells": node("latent"),
        "decode": node("decode", {"decoder": "load.out", "cells": "cells.out"}),
    }
    plan = planned(nodes, files=FILES)
    assert key(plan, "load") is key(plan, "decode") is None
    assert key(plan, "cells") is not None


def test_a_lifted_instance_with_a_link_is_known_by_its_items() -> None:
    lifted = {**node("add", {"a": "n.out"}, b=1), "over": ["a"]}
    assert key(planned({"n": node("range", n=3), "s": lifted}), "s") is None


def test_an_unknown_instance_is_told() -> None:
    with pytest.raises(GraphError, match="expected an instance of the graph"):
        planned({"a": node("number")}).number("b")


def test_a_chain_of_a_hundred_thousand_is_planned() -> None:
    nodes = {f"n{i}": node("add", {"a": f"n{i - 1}.out"} if i else {}, b=1) for i in range(100_000)}
    nodes["n0"]["params"]["a"] = 0
    plan = planned(nodes, {"x": "n99999.out"})
    assert None not in plan.keys


class TestLoops:
    BODY = {  # noqa: RUF012
        "inputs": {"x": {"to": ["n.a"]}},
        "nodes": {"n": node("add", b=1)},
        "outputs": {"x": "n.out"},
    }

    def loop(self, **changes: Any) -> bytes | None:
        loop = {"type": "flow.loop", "graph": self.BODY, "carry": {"x": 0}, "count": 2} | changes
        return key(planned({"loop": loop}), "loop")

    def test_equal_loops_have_equal_keys(self) -> None:
        assert self.loop() == self.loop()

    @pytest.mark.parametrize(
        "changes",
        [
            {"count": 3},
            {"carry": {"x": 1}},
            {"collect": ["y"], "graph": {**BODY, "outputs": {"x": "n.out", "y": "n.out"}}},
            {"graph": {**BODY, "nodes": {"n": node("add", b=2)}}},
        ],
        ids=["count", "start", "collect", "body"],
    )
    def test_what_changes_a_loops_result_enters(self, changes: dict[str, Any]) -> None:
        assert self.loop(**changes) != self.loop()

    def test_how_often_it_keeps_checkpoints_does_not(self) -> None:
        assert self.loop(checkpoint=5) == self.loop()

    def test_a_body_reads_what_is_handed_in(self) -> None:
        plan = planned({"loop": {"type": "flow.loop", "graph": self.BODY, "carry": {"x": 0}, "count": 2}})
        assert plan.bodies[0].links == [{"a": [(GIVEN, "x")]}]


GRAPH: dict[str, Any] = {
    "n": node("number", value=1),
    "load": node("load", file="a.st"),
    "s": node("add", {"a": "n.out"}, b=2),
    "less": node("less", {"a": "s.out"}),
    "const": node("choose", {"yes": "n.out", "no": "s.out"}, which=True),
    "linked": node("choose", {"yes": "n.out", "no": "s.out", "which": "less.out"}),
    "list": {**node("add", a=[1, 2], b=1), "over": ["a"]},
    "total": node("total", {"values": ["s.out", "const.out"]}),
    "more": node("total", values=[1, 2]),
    "cells": node("latent", {"like": "load.out"}),
    "end": node("decode", {"decoder": "load.out", "cells": "cells.out"}),
    "last": node("add", {"a": "total.out", "b": "linked.out"}),
    "held": {**node("number", value=4), "frozen": "00ff"},
    "loop": {
        "type": "flow.loop",
        "carry": {"x": 0},
        "count": 2,
        "graph": TestLoops.BODY,
    },
    "after": node("add", {"a": "loop.x"}, b=1),
}
OUTPUTS = {"x": "last.out", "y": "end.out", "z": "after.out"}

numbers = st.integers(-3, 3) | st.floats(-3, 3)
edits: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "n": st.fixed_dictionaries({}, optional={"value": numbers}),
    "load": st.fixed_dictionaries({"file": st.sampled_from(["a.st", "b.st", "c.st"])}),
    "s": st.fixed_dictionaries({"b": numbers}),
    "less": st.fixed_dictionaries({}, optional={"b": numbers}),
    "const": st.fixed_dictionaries({"which": st.booleans()}),
    "list": st.fixed_dictionaries({"a": st.lists(numbers, max_size=3), "b": numbers}),
    "more": st.fixed_dictionaries({"values": st.lists(numbers, max_size=3)}),
    "cells": st.fixed_dictionaries({}, optional={"size": st.integers(1, 9)}),
    "held": st.fixed_dictionaries({"value": numbers}),
}


def compared(plan: Plan) -> dict[str, Any]:
    left_out = {"keyer", "files", "flat", "bodies", "loops"}
    tree = {f.name: getattr(plan, f.name) for f in fields(plan) if f.name not in left_out}
    return tree | {"bodies": {i: compared(body) for i, body in plan.bodies.items()}}


@given(
    st.lists(
        st.sampled_from(sorted(edits)).flatmap(lambda name: st.tuples(st.just(name), edits[name])), max_size=5
    )
)
def test_an_edited_plan_is_the_plan_of_the_edited_graph(steps: list[tuple[str, dict[str, Any]]]) -> None:
    graph = dict(GRAPH)
    plan = planned(graph, OUTPUTS, files=FILES)
    for name, params in steps:
        graph[name] = {**graph[name], "params": params}
        plan = plan.revised(plan.number(name), params)
        assert compared(plan) == compared(planned(graph, OUTPUTS, files=FILES))


def test_an_edit_leaves_the_plan_before_it_alone() -> None:
    plan = planned(GRAPH, OUTPUTS, files=FILES)
    before = compared(planned(GRAPH, OUTPUTS, files=FILES))
    plan.revised(plan.number("n"), {"value": 7})
    assert compared(plan) == before


def test_an_edit_shares_everything_that_it_does_not_change() -> None:
    plan = planned(GRAPH, OUTPUTS, files=FILES)
    edited = plan.revised(plan.number("s"), {"b": 7})
    for name in ("names", "nodes", "links", "users", "order", "bodies", "loops"):
        assert getattr(edited, name) is getattr(plan, name)
    changed = {plan.names[i] for i in range(len(plan.keys)) if edited.keys[i] is not plan.keys[i]}
    assert changed == {"s", "less", "total"}  # what reads these has late keys


def test_an_edit_that_does_not_fit_is_refused() -> None:
    plan = planned(GRAPH, OUTPUTS, files=FILES)
    with pytest.raises(GraphError, match=r"s\.b: expected float"):
        plan.revised(plan.number("s"), {"b": "x"})


def test_two_cycles_are_two_problems() -> None:
    nodes = {
        "a": node("add", {"a": "b.out"}, b=1),
        "b": node("add", {"a": "a.out"}, b=1),
        "c": node("add", {"a": "c.out"}, b=1),
    }
    assert [found.got for found in problems(nodes)] == ["a → b → a", "c → c"]
