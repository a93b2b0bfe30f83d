"""One run of one plan."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.declare.registry import Registry
from engine.errors import GraphError
from engine.executors.headless import Headless
from engine.run import events
from engine.run.scheduler import Options
from tests.run.conftest import barriers, calls, gates, graph, ran, settings


def chain(*texts: str) -> dict[str, object]:
    """Instances a, b, … that each append to the one before."""
    names = "abcdefgh"
    found: dict[str, object] = {}
    for place, text in enumerate(texts):
        links = {"text": f"{names[place - 1]}.out"} if place else {}
        params = {"after": text} if place else {"text": text}
        found[names[place]] = {"type": "probe.say", "params": params, "links": links}
    return found


def test_a_chain_gives_its_last_value(engine: Headless) -> None:
    report, _ = ran(engine, graph(chain("x", "y", "z"), {"text": "c.out"}))
    assert report.status == "done"
    assert report.outputs == {"text": "xyz"}
    assert report.counts["executed"] == report.counts["total"] == 3


def test_an_identical_run_executes_nothing(engine: Headless) -> None:
    document = graph(chain("x", "y", "z"), {"text": "c.out"})
    ran(engine, document)
    report, ran_again = ran(engine, document)
    assert ran_again == []
    assert report.counts == {
        "total": 3, "executed": 0, "cached": 1, "skipped": 2, "failed": 0, "blocked": 0, "cancelled": 0,
    }  # fmt: skip
    assert report.outputs == {"text": "xyz"}


def test_a_restart_keeps_every_value_in_the_middle(registry: Registry, home: Path) -> None:
    document = graph(chain("x", "y", "z"), {"text": "c.out"})
    with Headless(settings(home), registry=registry) as first:
        ran(first, document)
    with Headless(settings(home), registry=registry) as second:
        report, again = ran(second, document, outputs=["b.out"])
    assert again == []
    assert report.outputs == {"b.out": "xy"}


def test_an_edit_runs_only_what_is_downstream(engine: Headless) -> None:
    ran(engine, graph(chain("x", "y", "z"), {"text": "c.out"}))
    report, again = ran(engine, graph(chain("x", "y", "w"), {"text": "c.out"}))
    assert again == ["xy"]
    assert report.outputs == {"text": "xyw"}


def test_equal_instances_run_once(engine: Headless) -> None:
    nodes = {name: {"type": "probe.say", "params": {"text": "same"}} for name in "abcd"}
    report, said = ran(engine, graph(nodes, {name: f"{name}.out" for name in nodes}))
    assert said == ["same"]
    assert report.counts["executed"] == 1
    assert report.counts["cached"] == 3
    assert set(report.outputs.values()) == {"same"}


def test_independent_branches_run_side_by_side(engine: Headless) -> None:
    barriers[4] = threading.Barrier(4)
    nodes = {name: {"type": "probe.meet", "params": {"name": name, "others": 4}} for name in "abcd"}
    report, _ = ran(engine, graph(nodes, {name: f"{name}.out" for name in nodes}))
    assert report.status == "done"


def test_a_failure_blocks_what_depends_on_it_and_nothing_else(engine: Headless) -> None:
    nodes = {
        "bad": {"type": "probe.fail", "params": {"text": "no paint"}},
        "behind": {"type": "probe.say", "links": {"text": "bad.out"}},
        "further": {"type": "probe.say", "links": {"text": "behind.out"}},
        "beside": {"type": "probe.say", "params": {"text": "fine"}},
    }
    report, _ = ran(engine, graph(nodes, {"a": "further.out", "b": "beside.out"}))
    assert report.status == "failed"
    assert report.outcomes == {
        "bad": "failed",
        "behind": "blocked",
        "further": "blocked",
        "beside": "executed",
    }
    assert report.outputs == {"b": "fine"}
    assert str(report.failures[0]) == 'bad ("probe.fail"): RuntimeError: no paint'


def test_a_failure_is_never_cached(engine: Headless) -> None:
    document = graph({"bad": {"type": "probe.fail"}}, {"a": "bad.out"})
    ran(engine, document)
    _, again = ran(engine, document)
    assert again == ["fail"]


def test_what_no_output_needs_does_not_run(engine: Headless) -> None:
    report, said = ran(engine, graph(chain("x", "y", "z"), {"text": "b.out"}))
    assert said == ["x", "x"]
    assert report.counts["skipped"] == 1


def test_a_linked_value_out_of_range_names_port_and_value(engine: Headless) -> None:
    nodes = {
        "n": {"type": "math.add", "params": {"a": 1, "b": 2}},
        "bad": {"type": "probe.length", "links": {"thing": "n.out"}},
        "say": {"type": "probe.say", "links": {"text": "n.out"}},
    }
    report, _ = ran(engine, graph(nodes, {"a": "say.out", "b": "bad.out"}))
    assert report.outcomes["say"] == "failed"
    assert '"text" expected str' in str(report.failures[0])


def test_an_impure_node_runs_each_time_and_an_equal_value_stops_the_wave(engine: Headless) -> None:
    nodes = {
        "loud": {"type": "probe.shout", "params": {"text": "x"}},
        "b": {"type": "probe.say", "links": {"text": "loud.out"}},
    }
    document = graph(nodes, {"text": "b.out"})
    assert ran(engine, document)[1] == ["shout x", "x"]
    assert ran(engine, document)[1] == ["shout x"]


def test_forcing_a_node_runs_it_and_what_depends_on_it(engine: Headless) -> None:
    document = graph(chain("x", "y", "z"), {"text": "c.out"})
    ran(engine, document)
    assert ran(engine, document, forced=["b"])[1] == ["x", "xy"]
    assert ran(engine, document)[1] == []


def test_a_frozen_result_is_used_whatever_changed(engine: Headless) -> None:
    plan = engine.plan(graph(chain("x", "y", "z"), {"text": "c.out"}))
    engine.local.run(plan)
    key = plan.keys[plan.number("b")]
    assert key is not None
    nodes = chain("other", "y", "z")
    nodes["b"] = {**nodes["b"], "frozen": key.hex()}  # type: ignore[dict-item]
    report, again = ran(engine, graph(nodes, {"text": "c.out"}))
    assert again == []
    assert report.outputs == {"text": "xyz"}


def test_a_value_that_is_not_stored_lives_for_the_run(engine: Headless) -> None:
    nodes = {
        "a": {"type": "probe.unkept", "params": {"text": "lock"}},
        "b": {"type": "probe.length", "links": {"thing": "a.out"}},
    }
    document = graph(nodes, {"n": "b.out"})
    report, said = ran(engine, document)
    assert report.status == "done"
    assert said == ["unkept", "length"]
    assert ran(engine, document)[1] == []
    assert ran(engine, document, outputs=["a.out"])[1] == ["unkept"]


def test_a_value_that_can_not_be_stored_is_named_with_the_cure(engine: Headless) -> None:
    from engine.declare.node import node

    @node("probe.lock")
    def lock() -> object:
        return threading.Lock()

    engine.registry.add([lock])
    report, _ = ran(engine, graph({"a": {"type": "probe.lock"}}, {"x": "a.out"}))
    assert "stored=False" in str(report.failures[0])


def test_an_owner_gets_the_value_itself_only_when_nobody_else_reads_it(engine: Headless) -> None:
    nodes = {
        "box": {"type": "probe.box", "params": {"first": 1}},
        "push": {"type": "probe.push", "params": {"item": 2}, "links": {"box": "box.out"}},
        "sum": {"type": "probe.sum", "links": {"box": "box.out"}},
        "after": {"type": "probe.sum", "links": {"box": "push.box"}},
    }
    report, _ = ran(engine, graph(nodes, {"before": "sum.out", "after": "after.out"}))
    assert report.outputs == {"before": 1.0, "after": 3.0}


def test_the_purity_check_names_the_changed_input(engine: Headless) -> None:
    nodes = {"box": {"type": "probe.box"}, "rude": {"type": "probe.rude", "links": {"box": "box.out"}}}
    plan = engine.plan(graph(nodes, {"x": "rude.out"}))
    report = engine.local.run(plan, options=Options(check_purity=True))
    assert 'changed its input "box" in place' in str(report.failures[0])


def test_the_purity_check_looks_into_loops(engine: Headless) -> None:
    loop = {
        "type": "flow.loop",
        "carry": {"x": 0.0},
        "count": 2,
        "links": {"box": "box.out"},
        "graph": {
            "inputs": {"x": {"to": ["sum.a"]}, "box": {"to": ["rude.box"]}},
            "nodes": {
                "rude": {"type": "probe.rude"},
                "sum": {"type": "math.add", "links": {"b": "rude.out"}},
            },
            "outputs": {"x": "sum.out"},
        },
    }
    plan = engine.plan(graph({"box": {"type": "probe.box"}, "loop": loop}, {"x": "loop.x"}))
    report = engine.local.run(plan, options=Options(check_purity=True))
    assert 'changed its input "box" in place' in str(report.failures[0])
    assert report.failures[0].instance == "loop/rude"


def test_cancelling_ends_the_node_that_runs_and_keeps_what_was_done(engine: Headless) -> None:
    gates.update({"slow x": threading.Event(), "go": threading.Event()})
    nodes = {
        "a": {"type": "probe.say", "params": {"text": "x"}},
        "slow": {"type": "probe.gate", "links": {"name": "name.out"}},
        "name": {"type": "probe.say", "params": {"text": "slow "}, "links": {"after": "a.out"}},
        "end": {"type": "probe.say", "links": {"text": "slow.out"}},
    }
    document = graph(nodes, {"text": "end.out"})
    run = engine.local.start(engine.plan(document))
    thread = threading.Thread(target=run.execute)
    calls.clear()
    thread.start()
    assert gates["slow x"].wait(10)
    run.cancel()
    thread.join(10)  # a cancelled run doesn't wait for the node under way
    gates["go"].set()
    engine.local.settle()
    assert run.report.status == "cancelled"
    assert run.report.outcomes["end"] == "cancelled"
    assert run.report.outcomes["a"] == "executed"
    _, again = ran(engine, document)
    assert "x" not in again


def test_two_runs_share_the_work_on_a_key_until_the_last_one_leaves(engine: Headless) -> None:
    gates.update({"slow": threading.Event(), "go": threading.Event()})
    document = graph({"slow": {"type": "probe.gate", "params": {"name": "slow"}}}, {"text": "slow.out"})
    joined = threading.Event()
    first, second = (
        engine.local.start(engine.plan(document)),
        engine.local.start(
            engine.plan(document), lambda e: joined.set() if isinstance(e, events.Planned) else None
        ),
    )
    threads = [threading.Thread(target=run.execute) for run in (first, second)]
    threads[0].start()
    assert gates["slow"].wait(10)
    threads[1].start()
    assert joined.wait(10)
    while engine.local.flights.waiting(engine.plan(document).keys[0]) < 2:  # type: ignore[arg-type]
        threading.Event().wait(0.001)
    first.cancel()
    threads[0].join(10)
    gates["go"].set()
    threads[1].join(10)
    assert calls == ["slow"]
    assert first.report.status == "cancelled"
    assert second.report.outputs == {"text": "slow"}


def test_done_is_told_after_the_commit_and_once_for_every_instance(engine: Headless) -> None:
    told: list[tuple[str, bool]] = []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Done):
            told.append((event.instance, event.cached))

    document = graph(chain("x", "y", "z"), {"text": "c.out"})
    engine.run(document, listen=listen)
    assert told == [("a", False), ("b", False), ("c", False)]
    told.clear()
    engine.run(document, listen=listen)
    assert told == [("c", True)]


def test_a_stored_result_that_got_lost_is_computed_again(engine: Headless, home: Path) -> None:
    from engine.store.ref import INLINE

    text = "x" * (INLINE + 1)
    ran(engine, graph(chain(text, "y"), {"text": "a.out"}))
    engine.close()
    for path in (home / "objects").rglob("*.msgpack"):
        path.write_bytes(b"m" + path.read_bytes()[2:])
    with Headless(settings(home), registry=engine.registry) as second:
        report, again = ran(second, graph(chain(text, "y"), {"text": "b.out"}))
    assert report.status == "done"
    assert report.outputs["text"] == text + "y"
    assert again == [text, text]


@pytest.mark.parametrize("asked", ["nowhere", "a.nothing", "z.out"])
def test_asking_for_an_output_that_is_not_there_names_the_ones_that_are(engine: Headless, asked: str) -> None:
    with pytest.raises(GraphError, match=r"text|out"):
        engine.plan(graph(chain("x"), {"text": "a.out"}), outputs=[asked])
