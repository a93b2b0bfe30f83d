"""Lazy ports: what is not needed does not run, and does not enter the key."""

from __future__ import annotations

from engine.executors.headless import Headless
from engine.graph.document import Graph
from tests.run.conftest import graph, ran


def switch(first: bool | str, one: str = "one") -> Graph:
    """Take one of two texts, by a constant or by a linked value."""
    pick: dict[str, object] = {"type": "probe.either", "links": {"one": "one.out", "two": "two.out"}}
    nodes: dict[str, object] = {
        "one": {"type": "probe.say", "params": {"text": one}},
        "two": {"type": "probe.say", "params": {"text": "two"}},
        "even": {"type": "probe.even", "links": {"number": "number.out"}},
        "number": {"type": "math.add", "params": {"a": 1, "b": 1 if first else 0}},
    }
    if isinstance(first, str):
        pick["links"] = {"one": "one.out", "two": "two.out", "first": "even.out"}
    else:
        pick["params"] = {"first": first}
    return graph({**nodes, "pick": pick}, {"text": "pick.out"})


def test_a_constant_switch_is_decided_while_planning(engine: Headless) -> None:
    plan = engine.plan(switch(False))
    index = plan.number("pick")
    assert list(plan.links[index]) == ["two"]
    assert plan.keys[index] == engine.plan(switch(False, one="other")).keys[index]


def test_only_the_chosen_branch_runs(engine: Headless) -> None:
    assert ran(engine, switch(True))[1] == ["one", "either"]
    assert ran(engine, switch(False))[1] == ["two", "either"]


def test_a_switch_on_a_computed_value_runs_only_the_chosen_branch(engine: Headless) -> None:
    report, said = ran(engine, switch("linked"))
    assert said == ["even", "one", "either"]
    assert report.outputs == {"text": "one"}


def test_a_computed_switch_is_found_again_by_its_values(engine: Headless) -> None:
    ran(engine, switch("linked"))
    report, said = ran(engine, switch("linked"))
    assert said == []
    assert report.outputs == {"text": "one"}
