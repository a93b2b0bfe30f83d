"""Outputs that depend on some inputs alone, as their node says."""

from typing import Any, NamedTuple

import pytest

from engine.declare.node import SignatureError
from engine.declare.node import node as declare
from engine.declare.registry import Registry
from engine.plan.plan import Plan
from tests.graph import nodes as declared
from tests.plan.planning import key, keyer, node, planned


class Halves(NamedTuple):
    left: float
    right: float


@declare("t.halves")
def halves(left: float, right: float, swap: bool = False) -> Halves:
    """Pass two numbers on."""
    return Halves(right, left) if swap else Halves(left, right)


@halves.depends
def _(swap: bool) -> dict[str, tuple[str, ...]]:
    if swap:
        raise ValueError("nothing is known")
    return {"left": ("left", "swap")}


REGISTRY: Registry = declared.registry()
REGISTRY.add([halves])
KEYER = keyer(REGISTRY)


def graph(**params: Any) -> dict[str, Any]:
    return {
        "halves": node("halves", **{"left": 1, "right": 2} | params),
        "of_left": node("add", {"a": "halves.left"}, b=0),
        "of_right": node("add", {"a": "halves.right"}, b=0),
        "after": node("add", {"a": "of_left.out"}, b=0),
    }


def plan_of(nodes: dict[str, Any]) -> Plan:
    return planned(nodes, key_by=KEYER)


def moved(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """Instances whose keys differ."""
    before, after = plan_of(one), plan_of(other)
    return {name for name in before.names if key(before, name) != key(after, name)}


def test_who_reads_an_output_keeps_its_key_when_another_input_changes() -> None:
    assert moved(graph(), graph(right=3)) == {"halves", "of_right"}


def test_who_reads_it_has_another_key_when_what_it_depends_on_changes() -> None:
    assert moved(graph(), graph(left=3)) == {"halves", "of_left", "of_right", "after"}


def test_what_is_linked_to_another_port_does_not_enter() -> None:
    def linked(value: float) -> dict[str, Any]:
        one = graph()
        del one["halves"]["params"]["right"]
        one["halves"]["links"] = {"right": "number.out"}
        return one | {"number": node("number", value=value)}

    assert moved(linked(1), linked(2)) == {"number", "halves", "of_right"}


def test_where_nothing_is_told_outputs_depend_on_all() -> None:
    assert moved(graph(swap=True), graph(swap=True, right=3)) == {"halves", "of_left", "of_right", "after"}


def test_an_edit_gives_the_keys_of_the_edited_graph() -> None:
    plan = plan_of(graph())
    for params in ({"left": 1, "right": 3}, {"left": 4, "right": 3}, {"left": 4, "right": 3, "swap": True}):
        plan = plan.revised(plan.number("halves"), params)
        assert plan.named_keys() == plan_of(graph(**params)).named_keys()


def test_it_can_ask_for_params_only() -> None:
    @declare("t.other")
    def other(picture: declared.Picture) -> float:
        return 0

    with pytest.raises(SignatureError, match="depends asks for 'picture'"):
        other.depends(lambda picture: {})
