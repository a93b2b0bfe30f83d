"""Runs that are paused, and loops that go on from the turn after which they stopped."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.events import Event, Figures, Progress
from engine.run.report import Report
from tests.run.conftest import calls, gates, graph, ran
from tests.run.test_loop import pushing


def paused(
    engine: Headless, document: Graph, at: str, *, taken_back: bool = False
) -> tuple[Report, list[str]]:
    """Run a graph and pause it while one of its probes waits; what became of it, and what ran."""
    gates.update({at: threading.Event(), "go": threading.Event()})
    calls.clear()
    run = engine.local.start(engine.plan(document))

    def pause() -> None:
        gates[at].wait(10)
        run.pause()
        if taken_back:
            run.resume()
        gates["go"].set()

    meanwhile = threading.Thread(target=pause)
    meanwhile.start()
    report = run.execute()
    meanwhile.join()
    gates.clear()
    return report, [*calls]


@pytest.mark.parametrize("checkpoint", [0, 2, 100])
def test_a_loop_goes_on_after_the_turn_that_it_was_paused_in(engine: Headless, checkpoint: int) -> None:
    document = pushing(count=7, checkpoint=checkpoint)
    report, said = paused(engine, document, "push 4")
    assert (report.status, said[-1], report.outputs) == ("paused", "push 4", {})
    assert report.counts["cancelled"] == 2

    report, said = ran(engine, document)
    assert said == ["push 5", "push 6", "sum"]
    assert report.outputs == {"sum": 21.0, "touched": [2, 3, 4, 5, 6, 7, 8]}


def test_a_loop_that_is_paused_while_it_asks_keeps_the_turn_that_it_stops_after(
    engine: Headless, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False])
    monkeypatch.setattr("engine.run.flights.Flight.paused", lambda flight: next(answers, True))
    ran(engine, pushing(count=4))
    monkeypatch.undo()
    assert ran(engine, pushing(count=4))[1] == ["push 2", "push 3", "sum"]


def test_a_loop_that_was_paused_gives_what_it_would_have_given(engine: Headless, other: Headless) -> None:
    document = pushing(count=7, checkpoint=100)
    paused(engine, document, "push 1")
    paused(engine, document, "push 4")
    assert ran(engine, document)[0].digests == ran(other, document)[0].digests


def test_only_the_last_turn_that_a_loop_was_paused_after_is_kept(engine: Headless) -> None:
    document = pushing(count=7, checkpoint=5)
    paused(engine, document, "push 1")
    paused(engine, document, "push 2")
    assert turns_kept(engine, document) == [3]
    ran(engine, document)
    assert turns_kept(engine, document) == [5, 7]


def test_a_loop_over_items_goes_on_as_well(engine: Headless) -> None:
    document = pushing([1, 2, 3, 4], checkpoint=3)
    paused(engine, document, "push 2")
    assert ran(engine, document)[1] == ["push 3", "push 4", "sum"]
    assert ran(engine, pushing([5, 2, 3, 4], checkpoint=3))[1][0] == "push 5"


def test_a_shorter_loop_that_is_paused_leaves_the_turn_that_a_longer_one_stopped_after(
    engine: Headless,
) -> None:
    long, short = pushing(count=7), pushing(count=4)
    paused(engine, long, "push 4")
    paused(engine, short, "push 1")
    assert ran(engine, long)[1] == ["push 5", "push 6", "sum"]
    assert ran(engine, short)[1] == ["push 2", "push 3", "sum"]


def test_loops_over_other_items_keep_the_turns_that_they_stopped_after_each(engine: Headless) -> None:
    long, short = pushing([1, 2, 3, 4], checkpoint=9), pushing([5, 6], checkpoint=9)
    paused(engine, long, "push 3")
    paused(engine, short, "push 5")
    assert turns_kept(engine, short) == [1]
    assert ran(engine, long)[1] == ["push 4", "sum"]
    assert ran(engine, short)[1] == ["push 6", "sum"]


def test_a_node_runs_to_its_end_and_what_reads_it_another_time(engine: Headless) -> None:
    nodes = {
        "one": {"type": "probe.gate", "params": {"name": "one"}},
        "two": {"type": "probe.say", "links": {"text": "one.out"}},
    }
    document = graph(nodes, {"two": "two.out"})
    report, _ = paused(engine, document, "one")
    assert (report.status, report.outcomes) == ("paused", {"one": "executed", "two": "cancelled"})
    assert ran(engine, document)[1] == ["one"]  # the second one says what the first one gave


def test_a_pause_that_is_taken_back_in_time_changes_nothing(engine: Headless, other: Headless) -> None:
    document = pushing(count=5, checkpoint=100)
    report, said = paused(engine, document, "push 2", taken_back=True)
    assert (report.status, said[-1]) == ("done", "sum")
    assert report.digests == ran(other, document)[0].digests


def test_a_run_is_paused_when_a_loop_of_it_stopped_before_the_pause_was_taken_back(
    engine: Headless, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = pushing(count=4)
    monkeypatch.setattr("engine.run.flights.Flight.paused", lambda flight: True)
    report, said = ran(engine, document)
    assert (report.status, said[-1]) == ("paused", "push 0")


def test_a_run_whose_last_node_ends_meanwhile_is_done(engine: Headless) -> None:
    document = graph({"one": {"type": "probe.gate", "params": {"name": "one"}}}, {"one": "one.out"})
    report, _ = paused(engine, document, "one")
    assert (report.status, report.outputs) == ("done", {"one": "one"})


def test_a_loop_tells_the_numbers_that_it_collects_and_those_from_before(engine: Headless) -> None:
    document = pushing(count=4, checkpoint=100)
    paused(engine, document, "push 1")
    told: list[Event] = []
    ran(engine, document, listen=told.append)
    assert [(one.before, one.series) for one in told if isinstance(one, Figures)] == [
        (0, {"touched": [2, 3]}),
        (2, {"touched": [4]}),
        (3, {"touched": [5]}),
    ]
    assert [one.done for one in told if isinstance(one, Progress)] == [3, 4]


def test_what_is_no_number_is_not_told_as_one(engine: Headless) -> None:
    document = pushing(count=2)
    loop = document.nodes["loop"]
    assert loop.graph is not None
    loop.graph.nodes["say"] = document.nodes["box"].model_copy(
        update={"type": "probe.even", "links": {"number": "number.out"}}
    )
    loop.graph.outputs["even"] = "say.out"
    loop.collect.append("even")
    told: list[Any] = []
    ran(engine, document, listen=told.append)
    assert [one.series for one in told if isinstance(one, Figures)] == [{"touched": [2]}, {"touched": [3]}]


def turns_kept(engine: Headless, document: Graph) -> list[int]:
    from engine.service.steps import Steps
    from engine.service.stored import stored

    engine.store.flush()
    plan = engine.plan(document)
    return sorted(Steps(plan, plan.number("loop"), stored(plan, engine.store), engine.store).turns)
