"""Values bound to ports while planning."""

from __future__ import annotations

import pytest

from engine.declare.node import node as declare
from engine.declare.registry import Registry
from engine.declare.types import Lazy
from tests.plan.planning import Named, key, keyer, node, planned, problems

BOTH = {"yes": node("number", value=1), "no": node("number", value=2)}
EITHER = {"yes": "yes.out", "no": "no.out"}


def test_every_problem_is_told_at_once() -> None:
    found = problems({"a": node("add", a="x"), "p": node("blur"), "t": node("total", values=3)})
    assert [(p.code, p.instance, p.port) for p in found] == [
        ("bad-value", "a", "a"),
        ("missing-input", "a", "b"),
        ("missing-input", "p", "picture"),
        ("bad-value", "t", "values"),
    ]


def test_problems_in_a_loops_body_are_named_with_the_way_to_it() -> None:
    body = {"inputs": {"x": {"to": ["n.a"]}}, "nodes": {"n": node("add")}, "outputs": {"x": "n.out"}}
    loop = {"type": "flow.loop", "graph": body, "carry": {"x": 0}, "count": 2}
    assert [(p.code, p.instance, p.port) for p in problems({"loop": loop})] == [
        ("missing-input", "loop/n", "b")
    ]


@pytest.mark.parametrize("digests", [{}, {"a.st": "unreadable"}])
def test_a_file_that_is_not_there_is_told_with_its_port(digests: dict[str, str]) -> None:
    [found] = problems({"load": node("load", file="a.st")}, files=Named(digests))
    assert (found.instance, found.port) == ("load", "file")


def test_a_cycle_is_told_whole() -> None:
    nodes = {
        "a": node("add", {"a": "c.out"}, b=1),
        "b": node("add", {"a": "a.out"}, b=1),
        "c": node("add", {"a": "b.out"}, b=1),
        "beside": node("number"),
    }
    [found] = problems(nodes)
    assert (found.code, found.got) == ("cycle", "a → b → c → a")


def test_a_link_to_itself_is_a_cycle() -> None:
    [found] = problems({"a": node("add", {"a": "a.out"}, b=1)})
    assert found.got == "a → a"


def test_an_output_that_no_node_has_is_told() -> None:
    [found] = problems({"a": node("number")}, {"x": "a.nothing"})
    assert (found.code, found.instance, found.port) == ("missing-port", "a", "nothing")
    assert "out" in found.cure


def test_a_variadic_port_takes_a_list_of_values() -> None:
    plan = planned({"t": node("total", values=[1, "2"])})
    assert plan.arguments == [{"values": [1.0, 2.0]}]
    assert plan.params == [{"values": [1.0, 2.0]}]


def test_a_lifted_port_takes_a_list_of_values() -> None:
    lifted = {**node("add", a=[1, 2], b=3), "over": ["a"]}
    assert planned({"s": lifted}).arguments == [{"a": [1.0, 2.0], "b": 3.0}]


def test_what_can_not_be_lifted_is_told() -> None:
    lifted = {**node("total", values=[1.0]), "over": ["values", "other"]}
    assert [(p.code, p.port) for p in problems({"t": lifted})] == [
        ("not-liftable", "values"),
        ("not-liftable", "other"),
    ]


class TestLazy:
    """A choice by a constant is made while planning."""

    def test_what_is_not_chosen_is_no_link_any_more(self) -> None:
        plan = planned({**BOTH, "e": node("choose", EITHER, which=True)})
        assert list(plan.links[plan.number("e")]) == ["yes"]
        assert plan.users[plan.number("no")] == []

    def test_what_is_not_chosen_does_not_enter_the_key(self) -> None:
        one = planned({**BOTH, "e": node("choose", EITHER, which=True)})
        other = planned({**BOTH, "no": node("number", value=9), "e": node("choose", EITHER, which=True)})
        assert key(one, "e") == key(other, "e")

    def test_a_computed_choice_is_left_to_the_run(self) -> None:
        less = {"less": node("less", a=1)}
        plan = planned({**BOTH, **less, "e": node("choose", {**EITHER, "which": "less.out"})})
        assert plan.undecided == {plan.number("e")}
        assert key(plan, "e") is None
        assert plan.lazy(plan.number("e")) == {"yes", "no"}

    def test_a_choice_without_its_constant_is_a_problem_and_no_crash(self) -> None:
        [found] = problems({**BOTH, "e": node("choose", EITHER)})
        assert (found.code, found.port) == ("missing-input", "which")

    def test_a_companion_that_raises_is_told(self) -> None:
        @declare("k.pick")
        def pick(which: int, a: Lazy[float]) -> float:
            return a

        @pick.needs
        def _(which: int) -> list[str]:
            return [["a"][which]]

        registry = Registry({})
        registry.add([pick])
        nodes = {"p": {"type": "k.pick", "params": {"which": 7, "a": 1.0}}}
        [found] = problems(nodes, key_by=keyer(registry))
        assert (found.code, found.instance, found.got) == (
            "no-choice",
            "p",
            "IndexError: list index out of range",
        )
