"""One run: what its record tells, what is told while it runs, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import GraphError
from engine.graph.sweep import SweepRefused
from tests.service.serving import (
    Served,
    add,
    gate,
    graph,
    request,
    serving,
)


def test_a_run_is_executed_and_its_record_tells_everything(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        document = add(title="Sum")
        done = await parts.run(document, values={"a": 5})

        assert (done.state, done.title, done.graph) == ("done", "Sum", document.digest())
        assert done.values == {"a": 5, "b": 2}
        assert done.counts == {
            "total": 1, "executed": 1, "cached": 0, "skipped": 0, "failed": 0, "blocked": 0, "cancelled": 0,
        }  # fmt: skip
        assert done.seconds.keys() == {"plan", "run", "export"}
        assert [(one.output, one.value, one.media) for one in done.artifacts] == [("total", 7.0, "")]
        assert done.nodes == ("math.add",)
        assert {"python", "knotwork", "torch", "numpy"} <= done.versions.keys()
        assert done.device == "cpu"
        assert done.created <= done.started <= done.ended
        assert done == await parts.queue.get(done.id)

    serving(home, database_url, test)


def test_it_is_told_when_it_comes_begins_and_ends(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(add())
        assert parts.told.states() == [(done.id, state) for state in ("queued", "running", "done")]
        assert [event.type for event in parts.told.of(f"run:{done.id}")] == [
            "run.planned", "node.done", "run.changed",
        ]  # fmt: skip
        assert parts.told.closed == [f"run:{done.id}"]

    serving(home, database_url, test)


def test_the_same_again_comes_from_the_store(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.run(add())
        again = await parts.run(add())
        assert (again.counts["executed"], again.counts["cached"]) == (0, 1)

    serving(home, database_url, test)


def test_a_forced_instance_runs_whatever_is_stored(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.run(add())
        again = await parts.run(add(), forced=["sum"])
        assert (again.counts["executed"], again.forced) == (1, ("sum",))

    serving(home, database_url, test)


def test_only_the_outputs_asked_for_are_computed(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(gate("a"), outputs=["first.out"])
        assert [(one.output, one.value) for one in done.artifacts] == [("first.out", "before a")]

    serving(home, database_url, test)


def test_what_fails_is_recorded_and_the_queue_goes_on(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        failing = graph({"bad": {"type": "probe.fail", "params": {"text": "too bad"}}}, {"out": "bad.out"})
        failed = await parts.run(failing)
        assert (failed.state, failed.counts["failed"], failed.artifacts) == ("failed", 1, ())
        [failure] = failed.failures
        assert (failure["instance"], failure["node"]) == ("bad", "probe.fail")
        assert "too bad" in failure["reason"]
        assert (await parts.run(add())).state == "done"

    serving(home, database_url, test)


def test_a_seed_drawn_at_random_is_an_integer_when_it_is_queued(database_url: str, home: Path) -> None:
    document = graph(
        {"draw": {"type": "serve.draw"}},
        {"out": "draw.out"},
        inputs={"seed": {"to": ["draw.seed"], "default": 1}, "other": {"to": [], "default": 3}},
    )

    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [one] = await parts.queue.submit(request(random_seeds=True), document)
        [other] = await parts.queue.submit(request(random_seeds=True), document)
        [mine] = await parts.queue.submit(request(random_seeds=True, values={"seed": 5}), document)
        assert one.seeds == {"seed": one.values["seed"]}
        assert one.seeds != other.seeds
        assert mine.seeds == {"seed": 5}

    serving(home, database_url, test)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"values": {"c": 1}}, GraphError, "an input of the graph"),
        ({"values": {"a": "many"}}, GraphError, "a: expected"),
        ({"values": {"a": 10**20}}, GraphError, "64 bits"),
        ({"outputs": ["product"]}, GraphError, "an output of the graph"),
        ({"forced": ["product"]}, GraphError, "an instance of the graph"),
        (
            {"sweep": {"a": list(range(40)), "b": list(range(40))}},
            SweepRefused,
            "at most 1000 runs, got 1600",
        ),
        ({"sweep": {"a": []}}, SweepRefused, "sweep a: expected values, got none"),
        ({"sweep": {"sum.c": [1]}}, GraphError, 'sum: expected a port of the instance, got "c"'),
        ({"sweep": {"sum.a": [1]}}, GraphError, "Name a instead"),
    ],
)
def test_what_cannot_be_run_is_refused_and_nothing_is_queued(
    asked: dict[str, Any], error: type[Exception], said: str, home: Path
) -> None:
    async def test(parts: Served) -> None:
        with pytest.raises(error, match=said):
            await parts.queue.submit(request(**asked), add())
        assert await parts.history.search() == ()

    serving(home, "", test)


def test_a_graph_with_problems_is_refused_with_all_of_them(home: Path) -> None:
    wrong = graph({"one": {"type": "no.such"}, "two": {"type": "probe.say"}}, {"out": "two.out"})

    async def test(parts: Served) -> None:
        with pytest.raises(GraphError) as caught:
            await parts.queue.submit(request(), wrong)
        assert {problem.instance for problem in caught.value.problems} == {"one", "two"}

    serving(home, "", test)


def test_what_a_graph_refers_to_is_kept_as_it_was_when_the_run_was_queued(
    database_url: str, home: Path
) -> None:
    home.mkdir()
    add(a=1, b=2).write(home / "sum.json")
    referring = graph({"sum": {"ref": "sum.json"}}, {"total": "sum.total"})

    async def test(parts: Served) -> None:
        await parts.queue.pause()
        [record] = await parts.queue.submit(request(), referring)
        add(a=10, b=20).write(home / "sum.json")
        await parts.queue.resume()
        done = await parts.queue.wait(record.id)
        assert [one.value for one in done.artifacts] == [3.0]
        assert done.nodes == ("math.add",)

    serving(home, database_url, test)
