import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.declare.node import node
from engine.errors import GraphError
from engine.service.planning import FRESH, Planner
from engine.service.records import GraphSource, PlanRecord
from engine.service.sessions import NoSession
from tests.graph.nodes import registry
from tests.service.desk import Desk, desk, set_value, story

TREE: dict[str, Any] = {
    "inputs": {"x": {"to": ["one.value"], "default": 1}},
    "outputs": {"sum": "sum.out", "one": "one.out"},
    "nodes": {
        "one": {"type": "t.number"},
        "two": {"type": "t.number", "params": {"value": 2}},
        "sum": {"type": "t.add", "links": {"a": "one.out", "b": "two.out"}},
    },
}
LIFTED: dict[str, Any] = {
    "outputs": {"sum": "sum.out"},
    "nodes": {
        "all": {"type": "t.range", "params": {"n": 3}},
        "more": {"type": "t.add", "links": {"a": "all.out"}, "params": {"b": 1}, "over": ["a"]},
        "cut": {"type": "t.whole", "links": {"x": "more.out"}, "over": ["x"]},
        "sum": {"type": "t.total", "links": {"values": ["first.out", "last.out"]}},
        "first": {"type": "t.item", "links": {"items": "cut.out"}},
        "last": {"type": "t.item", "links": {"items": "cut.out"}, "params": {"place": 2}},
    },
}
"""Every key behind ``all`` is known only at a run, or once what it reads is stored."""


@node("t.item")
def item(items: list[int], place: int = 0) -> int:
    """Take one of several."""
    return items[place]


@node("t.same", pure=False)
def same() -> float:
    """Give the same each time, which nobody can know before."""
    return 4.0


@asynccontextmanager
async def planning(folder: Path, tree: Any = None) -> AsyncGenerator[tuple[Desk, Planner, str]]:
    """A session that is planned."""
    nodes = registry()
    nodes.add((item, same))
    async with desk(folder, nodes=nodes) as at:
        at.file(tree=TREE if tree is None else tree)
        id = (await at.sessions.open(GraphSource(name="sum"))).id
        yield at, Planner(at.headless, at.sessions), id


def run(at: Desk, id: str, graph: Any) -> None:
    """Run a session's graph as the queue does."""
    at.headless.run(graph, scope=id)
    at.headless.store.flush()


def told(answer: PlanRecord) -> dict[str, tuple[str, str]]:
    return {one.instance: (one.status, one.why) for one in answer.explanations}


@story
async def test_a_graph_that_never_ran_is_explained_whole(tmp_path: Path) -> None:
    async with planning(tmp_path) as (_, planner, id):
        answer = await planner.explain(id)

        assert told(answer) == dict.fromkeys(
            ["one", "two", "sum"], ("run", "it has not run in this graph before")
        )
        assert (answer.whole, answer.seq) == (True, 0)


@story
async def test_only_the_outputs_wanted_are_planned(tmp_path: Path) -> None:
    async with planning(tmp_path) as (_, planner, id):
        assert told(await planner.explain(id, ["one"]))["sum"][0] == "not needed"
        assert told(await planner.explain(id, ["two.out"]))["two"][0] == "run"
        with pytest.raises(GraphError, match="product"):
            await planner.explain(id, ["product"])
        with pytest.raises(NoSession):
            await planner.explain("nobody")


@story
async def test_after_an_edit_only_what_it_changed_is_told(tmp_path: Path) -> None:
    async with planning(tmp_path) as (at, planner, id):
        run(at, id, await at.sessions.graph(id))
        first = await planner.explain(id)
        assert told(first)["sum"][0] == "hit"
        await at.edit(id, set_value("two", 5))
        second = await planner.explain(id, after=first.version)
        assert (second.whole, second.seq) == (False, 1)
        assert told(second) == {
            "two": ("run", "value: 2.0 → 5.0"),
            "sum": ("run", "b: two.out changed"),
        }
        assert told(await planner.explain(id, after=second.version)) == {}
        third = await planner.explain(id, after=first.version)

        assert told(third) == told(second)
        assert told(await planner.explain(id)) == {"one": ("hit", "its result is stored")} | told(second)


@story
async def test_what_was_run_meanwhile_is_told(tmp_path: Path) -> None:
    async with planning(tmp_path) as (at, planner, id):
        first = await planner.explain(id)
        run(at, id, await at.sessions.graph(id))

        assert {one[0] for one in told(await planner.explain(id, after=first.version)).values()} == {
            "hit",
            "not needed",
        }


@story
async def test_of_lists_too_it_is_told_that_their_results_are_stored(tmp_path: Path) -> None:
    async with planning(tmp_path, LIFTED) as (at, planner, id):
        first = told(await planner.explain(id))
        run(at, id, await at.sessions.graph(id))
        then = told(await planner.explain(id))

        assert first["more"] == ("pending", "it depends on the items of a list")
        assert first["sum"] == ("pending", "it depends on the value of first, last")
        assert then.pop("sum") == ("hit", "its result is stored")
        assert {status for status, _ in then.values()} == {"not needed"}


@story
async def test_what_reads_stored_items_and_is_not_stored_itself_is_told_to_run(tmp_path: Path) -> None:
    async with planning(tmp_path, LIFTED) as (at, planner, id):
        run(at, id, await at.sessions.graph(id))
        await at.edit(id, {"op": "set_param", "name": "last", "port": "place", "value": 1})

        then = told(await planner.explain(id))
        assert then["last"] == ("run", "no result is stored for what it reads now")
        assert then["sum"] == ("pending", "it depends on the value of last")
        assert (then["first"][0], then["cut"][0], then["more"][0]) == ("hit", "hit", "not needed")


@story
async def test_what_reads_what_runs_each_time_depends_on_it_whatever_is_stored(tmp_path: Path) -> None:
    tree = {
        "nodes": {"now": {"type": "t.same"}, "cut": {"type": "t.whole", "links": {"x": "now.out"}}},
        "outputs": {"whole": "cut.out"},
    }
    async with planning(tmp_path, tree) as (at, planner, id):
        run(at, id, await at.sessions.graph(id))

        assert told(await planner.explain(id)) == {
            "now": ("run", "it runs each time"),
            "cut": ("pending", "it depends on the value of now"),
        }


@story
async def test_another_structure_is_told_whole(tmp_path: Path) -> None:
    async with planning(tmp_path) as (at, planner, id):
        first = await planner.explain(id)
        await at.edit(id, {"op": "add", "name": "new", "instance": {"type": "t.number"}})
        second = await planner.explain(id, after=first.version)

        assert second.whole
        assert set(told(second)) == {"one", "two", "sum", "new"}


@story
async def test_a_version_of_another_life_or_question_is_answered_whole(tmp_path: Path) -> None:
    async with planning(tmp_path) as (_, planner, id):
        other = await planner.explain(id, ["one"])
        for version in (other.version, "nonsense", "", "a.b", "1.99"):
            assert (await planner.explain(id, after=version)).whole


@story
async def test_values_typed_at_once_by_several_are_all_told(tmp_path: Path) -> None:
    async with planning(tmp_path) as (at, planner, id):
        run(at, id, await at.sessions.graph(id))
        await planner.explain(id)
        give = {"op": "expose_input", "name": "x", "input": {"to": ["one.value"], "default": 7}}
        await asyncio.gather(at.edit(id, give), at.edit(id, set_value("two", 8), client="ben"))
        answers = await asyncio.gather(*(planner.explain(id) for _ in range(3)))

        assert len({str(told(answer)) for answer in answers}) == 1
        assert told(answers[0])["sum"] == ("run", "a: one.out changed; b: two.out changed")


@story
async def test_a_graph_that_can_not_be_planned_is_told_and_can_be_mended(tmp_path: Path) -> None:
    async with planning(tmp_path) as (at, planner, id):
        await planner.explain(id)
        await at.edit(id, set_value("two", "many"))
        with pytest.raises(GraphError, match=r"two\.value: expected float"):
            await planner.explain(id)
        await at.edit(id, set_value("two", 3))

        assert told(await planner.explain(id))["sum"][0] == "run"


@story
async def test_files_that_others_write_are_looked_at_again_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inner(value: float) -> Any:
        return {"nodes": {"n": {"type": "t.number", "params": {"value": value}}}, "outputs": {"x": "n.out"}}

    now = 0.0
    monkeypatch.setattr("engine.service.planning.monotonic", lambda: now)
    tree = {"nodes": {"it": {"ref": "inner.json"}}, "outputs": {"x": "it.x"}}
    async with planning(tmp_path, tree) as (at, planner, id):
        at.file("inner.json", inner(1))
        run(at, id, at.written())
        assert told(await planner.explain(id))["it/n"][0] == "hit"
        at.file("inner.json", inner(2))
        now += FRESH

        assert told(await planner.explain(id))["it/n"] == ("run", "value: 1.0 → 2.0")


@story
async def test_plans_are_made_anew_when_nodes_were_reloaded(tmp_path: Path) -> None:
    async with planning(tmp_path) as (_, planner, id):
        first = await planner.explain(id)
        planner.forget()

        assert (await planner.explain(id, after=first.version)).whole
