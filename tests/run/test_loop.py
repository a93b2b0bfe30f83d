"""Loops: turns, checkpoints, resuming, invariants."""

from __future__ import annotations

import threading
from typing import Any

from engine.executors.headless import Headless
from engine.graph.check import check
from engine.graph.document import Graph, GraphInput
from tests.run.conftest import calls, gates, graph, ran


def pushing(items: list[float] | None = None, *, checkpoint: int = 0, **fields: Any) -> Graph:
    """A loop that pushes its items, or its turn's number, into a box."""
    inputs: dict[str, Any] = {"box": {"to": ["push.box"]}}
    inputs |= {"item": {"to": ["push.item"]}} if items is not None else {"index": {"to": ["number.a"]}}
    body: dict[str, Any] = {"push": {"type": "probe.push"}}
    if items is None:
        body["number"] = {"type": "math.add", "params": {"b": 0}}
        body["push"] = {"type": "probe.push", "links": {"item": "number.out"}}
    loop = (
        {
            "type": "flow.loop",
            "carry": {"box": {"link": "box.out"}},
            "collect": ["touched"],
            "checkpoint": checkpoint,
            "graph": {
                "inputs": inputs,
                "nodes": body,
                "outputs": {"box": "push.box", "touched": "push.touched"},
            },
        }
        | ({"items": items} if items is not None else {})
        | fields
    )
    nodes = {
        "box": {"type": "probe.box"},
        "loop": loop,
        "sum": {"type": "probe.sum", "links": {"box": "loop.box"}},
    }
    return graph(nodes, {"sum": "sum.out", "touched": "loop.touched"})


def test_a_loop_over_items_carries_its_value_and_collects(engine: Headless) -> None:
    report, said = ran(engine, pushing([1, 2, 3]))
    assert report.outputs == {"sum": 6.0, "touched": [2, 3, 4]}
    assert said == ["box", "push 1", "push 2", "push 3", "sum"]


def test_a_loop_counts_as_one_instance(engine: Headless) -> None:
    report, _ = ran(engine, pushing([1, 2, 3]))
    assert report.counts["total"] == report.counts["executed"] == 3


def test_a_counting_loop_hands_in_the_number_of_the_turn(engine: Headless) -> None:
    report, said = ran(engine, pushing(count=3))
    assert report.outputs == {"sum": 3.0, "touched": [2, 3, 4]}
    assert said == ["box", "push 0", "push 1", "push 2", "sum"]


def test_no_turns_give_the_start_values(engine: Headless) -> None:
    report, _ = ran(engine, pushing([]))
    assert report.outputs == {"sum": 0.0, "touched": []}


def test_the_start_value_is_left_alone(engine: Headless) -> None:
    document = pushing([1, 2])
    document.nodes["first"] = document.nodes["sum"].model_copy(update={"links": {"box": "box.out"}})
    document.outputs["first"] = "first.out"
    assert ran(engine, document)[0].outputs["first"] == 0.0


def test_what_does_not_change_from_turn_to_turn_runs_once_and_is_cached(engine: Headless) -> None:
    body = {
        "still": {"type": "probe.say", "params": {"text": "still"}},
        "say": {"type": "probe.say", "links": {"text": "still.out", "after": "still.out"}},
        "join": {"type": "probe.say", "links": {"after": "say.out"}},
    }
    loop = {
        "type": "flow.loop",
        "carry": {"text": ""},
        "count": 3,
        "graph": {"inputs": {"text": {"to": ["join.text"]}}, "nodes": body, "outputs": {"text": "join.out"}},
    }
    report, said = ran(engine, graph({"loop": loop}, {"text": "loop.text"}))
    assert report.outputs["text"] == "stillstill" * 3
    assert said.count("still") == 2
    assert set(report.outcomes) == {"loop", "loop/still", "loop/say"}


def test_more_turns_go_on_from_the_last_checkpoint(engine: Headless) -> None:
    ran(engine, pushing(count=4, checkpoint=2))
    report, said = ran(engine, pushing(count=7, checkpoint=2))
    assert said == ["push 4", "push 5", "push 6", "sum"]
    assert report.outputs == {"sum": 21.0, "touched": [2, 3, 4, 5, 6, 7, 8]}


def test_other_items_go_on_from_where_they_begin_to_differ(engine: Headless) -> None:
    ran(engine, pushing([1, 2, 3, 4], checkpoint=2))
    _, said = ran(engine, pushing([1, 2, 5], checkpoint=2))
    assert said == ["push 5", "sum"]


def test_a_changed_body_starts_anew(engine: Headless) -> None:
    ran(engine, pushing(count=4, checkpoint=2))
    document = pushing(count=5, checkpoint=2)
    body = document.nodes["loop"].graph
    assert body is not None
    body.nodes["number"].params["b"] = 10
    assert ran(engine, document)[1][0] == "push 10"


def test_a_failure_inside_names_the_place_and_keeps_the_checkpoints(engine: Headless) -> None:
    body = {
        "push": {"type": "probe.push", "links": {"item": "number.out"}},
        "number": {"type": "math.divide", "params": {"a": 6}, "links": {"b": "left.out"}},
        "left": {"type": "math.subtract", "params": {"a": 3}},
    }
    inputs = {"box": {"to": ["push.box"]}, "index": {"to": ["left.b"]}}
    loop = {
        "type": "flow.loop",
        "carry": {"box": {"link": "box.out"}},
        "count": 5,
        "checkpoint": 1,
        "graph": {"inputs": inputs, "nodes": body, "outputs": {"box": "push.box"}},
    }
    document = graph({"box": {"type": "probe.box"}, "loop": loop}, {"box": "loop.box"})
    report, said = ran(engine, document)
    assert said == ["box", "push 2", "push 3", "push 6"]
    assert str(report.failures[0]).startswith('loop/number ("math.divide")')
    assert ran(engine, document)[1] == []


def test_a_condition_ends_the_loop_before_its_bound(engine: Headless) -> None:
    body = {
        "add": {"type": "math.add", "params": {"b": 3}},
        "even": {"type": "probe.even", "links": {"number": "add.out"}},
    }
    loop = {
        "type": "flow.loop",
        "carry": {"x": 1.0},
        "count": 10,
        "while": "go",
        "graph": {
            "inputs": {"x": {"to": ["add.a"]}},
            "nodes": body,
            "outputs": {"x": "add.out", "go": "even.out"},
        },
    }
    assert ran(engine, graph({"loop": loop}, {"x": "loop.x"}))[0].outputs == {"x": 7.0}


def test_what_is_carried_can_begin_as_nothing(engine: Headless) -> None:
    """Of four letters, all from the second on; then those before the third, the length of what was left."""
    body = {
        "letters": {"type": "text.split", "params": {"text": "a,b,c,d", "separator": ","}},
        "cut": {"type": "list.slice", "params": {"start": 1}, "links": {"items": "letters.out"}},
        "length": {"type": "list.length", "links": {"items": "cut.out"}},
    }
    loop = {
        "type": "flow.loop",
        "carry": {"stop": None},
        "count": 2,
        "collect": ["left"],
        "graph": {
            "inputs": {"stop": {"to": ["cut.stop"]}},
            "nodes": body,
            "outputs": {"stop": "length.out", "left": "cut.out"},
        },
    }
    document = graph({"loop": loop}, {"left": "loop.left"})

    assert check(document, engine.registry) == []
    assert ran(engine, document)[0].outputs == {"left": [["b", "c", "d"], ["b", "c"]]}


def test_a_loop_inside_a_loop(engine: Headless) -> None:
    inner = {
        "type": "flow.loop",
        "carry": {"x": {"link": "start.out"}},
        "count": 3,
        "graph": {
            "inputs": {"x": {"to": ["double.a"]}},
            "nodes": {"double": {"type": "math.multiply", "params": {"b": 2}}},
            "outputs": {"x": "double.out"},
        },
    }
    outer = {
        "type": "flow.loop",
        "carry": {"y": 1.0},
        "count": 2,
        "graph": {
            "inputs": {"y": {"to": ["start.a"]}},
            "nodes": {"start": {"type": "math.add", "params": {"b": 1}}, "inner": inner},
            "outputs": {"y": "inner.x"},
        },
    }
    assert ran(engine, graph({"outer": outer}, {"y": "outer.y"}))[0].outputs == {"y": ((1 + 1) * 8 + 1) * 8.0}


def test_cancelling_takes_effect_within_one_turn_and_the_next_run_goes_on(engine: Headless) -> None:
    gates.update({"push 2": threading.Event(), "go": threading.Event()})
    document = pushing(count=25, checkpoint=1)
    run = engine.local.start(engine.plan(document))
    thread = threading.Thread(target=run.execute)
    thread.start()
    assert gates["push 2"].wait(10)
    run.cancel()
    thread.join(10)  # a cancelled run doesn't wait for the turn under way
    gates["go"].set()
    engine.local.settle()
    assert run.report.status == "cancelled"
    assert calls == ["box", "push 0", "push 1", "push 2"]
    gates.clear()
    report, said = ran(engine, document)
    assert said[0] in {"push 2", "push 3"}
    assert report.outputs["sum"] == sum(range(25))


def test_a_lazy_port_in_a_body_evaluates_only_what_it_wants(engine: Headless) -> None:
    body = {
        "even": {"type": "probe.even"},
        "one": {"type": "probe.say", "links": {"text": "pass.out"}, "params": {"after": "e"}},
        "two": {"type": "probe.say", "links": {"text": "pass.out"}, "params": {"after": "o"}},
        "pass": {"type": "probe.say", "params": {"after": ""}},
        "pick": {"type": "probe.either", "links": {"first": "even.out", "one": "one.out", "two": "two.out"}},
    }
    inputs = {"text": {"to": ["pass.text"]}, "index": {"to": ["even.number"]}}
    loop = {
        "type": "flow.loop",
        "carry": {"text": "x"},
        "count": 2,
        "graph": {"inputs": inputs, "nodes": body, "outputs": {"text": "pick.out"}},
    }
    report, said = ran(engine, graph({"loop": loop}, {"text": "loop.text"}))
    assert report.outputs == {"text": "xeo"}
    assert len([word for word in said if word in {"x", "xe"}]) == 4


def test_graph_inputs_feed_the_count_and_the_start_values(engine: Headless) -> None:
    document = pushing(count=1)
    document.inputs = {
        "turns": GraphInput(to=["loop.count"], default=2),
        "first": GraphInput(to=["box.first"], default=5.0),
    }
    assert check(document, engine.registry) == []
    assert ran(engine, document, values={"turns": 3})[0].outputs["sum"] == 5 + 0 + 1 + 2
    document.nodes["loop"].count = None
    assert check(document, engine.registry) == []
    assert ran(engine, document)[0].outputs["sum"] == 5 + 0 + 1
