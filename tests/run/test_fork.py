"""Loops that go on from a kept turn of another run."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import GraphError
from engine.executors.headless import Headless
from engine.graph.check import check
from engine.graph.document import Fork, Graph
from engine.graph.forks import forked
from engine.plan.explain import explain
from engine.plan.plan import Plan
from engine.run.events import Event, Progress
from tests.run.conftest import calls, graph, ran
from tests.run.forking import fork
from tests.run.test_loop import pushing


def begun(engine: Headless, document: Graph, turn: int = 4) -> Graph:
    """A graph that ran, going on from a turn."""
    ran(engine, document)
    return fork(engine, document, "loop", turn)


def scaled(document: Graph, b: float) -> Graph:
    """The graph with other numbers pushed."""
    document = document.model_copy(deep=True)
    body = document.nodes["loop"].graph
    assert body is not None
    body.nodes["number"].params["b"] = b
    return document


def counted(**fields: Any) -> Graph:
    return pushing(count=7, checkpoint=2, keep=9, **fields)


def test_a_fork_without_a_change_gives_the_same_and_takes_only_the_turns_left(engine: Headless) -> None:
    document = counted()
    whole = ran(engine, document)[0]
    report, said = ran(engine, begun(engine, document))
    assert said == ["push 4", "push 5", "push 6", "sum"]
    assert report.outputs == whole.outputs == {"sum": 21.0, "touched": [2, 3, 4, 5, 6, 7, 8]}
    assert report.digests == whole.digests


def test_a_fork_with_a_change_has_the_turns_before_it_as_they_were(engine: Headless) -> None:
    report, said = ran(engine, scaled(begun(engine, counted()), 100))
    assert said == ["push 104", "push 105", "push 106", "sum"]
    assert report.outputs["sum"] == 0 + 1 + 2 + 3 + 104 + 105 + 106


def test_progress_counts_all_turns(engine: Headless) -> None:
    told: list[Event] = []
    ran(engine, begun(engine, counted()), listen=told.append)
    assert [(one.done, one.total) for one in told if isinstance(one, Progress)] == [(5, 7), (6, 7), (7, 7)]


def test_start_values_are_not_computed_and_may_be_gone(engine: Headless) -> None:
    document = scaled(begun(engine, counted()), 100)
    document.nodes["box"].params["first"] = 50
    assert "box" not in ran(engine, document)[1]
    document.outputs.clear()
    document.nodes["box"].params["first"] = 51
    assert "box" not in ran(engine, document)[1]
    del document.nodes["box"]
    document.nodes["loop"].carry["box"] = None
    assert ran(engine, document)[0].status == "done"


def test_a_loop_over_items_goes_on_with_the_items_left(engine: Headless) -> None:
    document = pushing([1, 2, 3, 4, 5], checkpoint=2)
    again = begun(engine, document)
    again.nodes["loop"].items = [0, 0, 0, 0, 50, 60]
    report, said = ran(engine, again)
    assert said == ["push 50", "push 60", "sum"]
    assert report.outputs["sum"] == 1 + 2 + 3 + 4 + 50 + 60


def test_a_fork_keeps_turns_of_its_own_and_can_be_forked_again(engine: Headless) -> None:
    first = scaled(begun(engine, counted()), 100)
    second = scaled(begun(engine, first, 6), 1000)
    report, said = ran(engine, second)
    assert said == ["push 1006", "sum"]
    assert report.outputs["sum"] == 0 + 1 + 2 + 3 + 104 + 105 + 1006
    more = first.model_copy(deep=True)
    more.nodes["loop"].count = 9
    assert ran(engine, more)[1] == ["push 106", "push 107", "push 108", "sum"]


def test_the_whole_number_of_turns_may_change_but_not_below_the_fork(engine: Headless) -> None:
    document = begun(engine, counted())
    document.nodes["loop"].count = 4
    assert ran(engine, document)[0].outputs["sum"] == 0 + 1 + 2 + 3
    document.nodes["loop"].count = 3
    [problem] = check(document, engine.registry)
    assert str(problem) == (
        "loop.fork: expected at least the 4 turns that it goes on from, got 3. "
        "Take the fork away, or give it more turns."
    )
    document.inputs["turns"] = graph_input("loop.count", 3)
    assert check(document, engine.registry) == []
    report, said = ran(engine, document)
    assert said == []
    assert "at least the 4 turns that it goes on from, got 3" in str(report.failures[0])


def test_what_was_given_up_is_an_error_and_nothing_begins_anew(engine: Headless) -> None:
    document = scaled(begun(engine, counted()), 100)
    last = document.nodes["loop"].fork
    assert last is not None
    engine.store.drop([bytes.fromhex(last.key)])
    engine.store.flush()
    report, said = ran(engine, document)
    assert (report.status, said) == ("failed", [])
    assert "the values after turn 4, which it goes on from, are not in the store" in str(report.failures[0])
    assert why(engine, engine.plan(document)) == (
        "turn 4, which it goes on from, is not in the store: take the fork away"
    )


def test_a_plan_says_where_a_loop_goes_on_from(engine: Headless) -> None:
    document = begun(engine, counted())
    assert why(engine, engine.plan(document)) == "it goes on from turn 4; it has not run in this graph before"
    ran(engine, document, scope="it")
    engine.store.flush()
    assert why(engine, engine.plan(document)) == "its result is stored"
    assert why(engine, engine.plan(scaled(document, 3)), "it") == "it goes on from turn 4; its body changed"
    document.nodes["loop"].fork = None
    assert "; it no longer goes on from turn 4; its body" in why(
        engine, engine.plan(scaled(document, 3)), "it"
    )


def why(engine: Headless, plan: Plan, scope: str = "nobody") -> str:
    """What a plan says of the loop."""
    return next(one.why for one in explain(plan, engine.store, scope) if one.instance == "loop")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"collect": []}, "expected a loop that collects touched"),
        ({"carry": {"box": {"link": "box.out"}, "more": 1}}, "expected a loop that carries box"),
    ],
)
def test_other_names_than_those_of_the_turn_are_refused(
    engine: Headless, changes: dict[str, Any], said: str
) -> None:
    document = begun(engine, counted())
    loop = document.nodes["loop"].model_copy(update=changes)
    document.nodes["loop"] = loop
    assert loop.graph is not None
    if "more" in loop.carry:
        loop.graph = loop.graph.model_copy(deep=True)
        loop.graph.nodes["more"] = graph({"more": {"type": "math.add", "params": {"b": 1}}}).nodes["more"]
        loop.graph.inputs["more"] = graph_input("more.a")
        loop.graph.outputs["more"] = "more.out"
    document.outputs.pop("touched", None)
    report, _ = ran(engine, document)
    assert said in str(report.failures[0])


def graph_input(to: str, default: Any = 0) -> Any:
    return Graph.model_validate({"inputs": {"it": {"to": [to], "default": default}}}).inputs["it"]


def test_a_loop_in_a_loop_cant_be_forked(engine: Headless) -> None:
    inner = counted().nodes["loop"]
    inner.carry = {"box": {"link": "first.out"}}
    inner.fork = Fork(turn=2, key="ab" * 20)
    body = graph({"first": {"type": "probe.box"}, "inner": inner.model_dump(by_alias=True)})
    body.inputs = {"x": graph_input("sum.a")}
    outer = {"type": "flow.loop", "carry": {}, "count": 2, "graph": body.model_dump(by_alias=True)}
    problems = check(graph({"outer": outer}), engine.registry)
    assert "outer/inner.fork: expected a loop that isn't inside of another one" in str(problems[-1])


def test_a_forced_loop_takes_all_its_turns_again(engine: Headless) -> None:
    ran(engine, counted())
    assert ran(engine, counted(), forced=["loop"])[1] == [*(f"push {i}" for i in range(7)), "sum"]
    again = begun(engine, counted())
    ran(engine, again)
    assert ran(engine, again, forced=["loop"])[1] == ["push 4", "push 5", "push 6", "sum"]


def test_what_a_loop_collects_and_ends_by_belongs_to_its_kept_turns(engine: Headless) -> None:
    bare = counted(collect=[])
    del bare.outputs["touched"]
    ran(engine, bare)
    assert ran(engine, counted())[0].outputs["touched"] == [2, 3, 4, 5, 6, 7, 8]


def test_only_loops_are_forked(engine: Headless) -> None:
    document = counted()
    begin = Fork(turn=2, key="ab")
    with pytest.raises(GraphError, match="expected a loop"):
        forked(document, "box", begin, engine.reference)
    document.nodes["box"].fork = begin
    assert [problem.code for problem in check(document, engine.registry)] == ["not-a-loop"]
    assert calls == []
