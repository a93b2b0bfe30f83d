"""Runs that were: found, compared, exported, deleted."""

from __future__ import annotations

import asyncio
import json
import threading
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.graph.document import Graph
from engine.service.history import MOST, NotOver, TooManyRuns
from engine.service.protocol import RunGone
from engine.service.runs import NoSuchRun
from engine.service.tables import documents
from tests.run.conftest import gates
from tests.service.serving import Served, add, gate, graph, request, say, serving


def swatch(**fields: Any) -> Graph:
    given = {"shade": {"to": ["it.shade"], "default": 0}}
    return graph({"it": {"type": "serve.swatch"}}, {"picture": "it.out"}, inputs=given, **fields)


async def found(parts: Served, **asked: Any) -> list[str]:
    """Titles of the runs that a search gives."""
    return [record.title for record in await parts.history.search(**asked)]


# --- searching --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("apple", ["Pear", "Apple"]),
        ("APPLE", ["Pear", "Apple"]),
        ("red apple", ["Apple"]),
        ("Äpfel", ["Umlaut"]),
        ("50%", ["Percent"]),
        ("nothing", []),
        ("no such luck", ["Failing"]),
        ("", ["Failing", "Percent", "Umlaut", "Pear", "Apple"]),
    ],
)
def test_runs_are_found_by_words_of_titles_values_texts_and_failures(
    words: str, titles: list[str], database_url: str, home: Path
) -> None:
    prompt = {"text": {"to": ["say.text"], "default": "a pear, no apple"}}
    failing = graph({"bad": {"type": "probe.fail", "params": {"text": "no such luck"}}}, {"out": "bad.out"})

    async def test(parts: Served) -> list[str]:
        await parts.run(say("something red"), title="Apple")
        asking = graph({"say": {"type": "probe.say"}}, {"said": "say.out"}, inputs=prompt)
        await parts.run(asking, title="Pear")
        await parts.run(say("grüne äpfel"), title="Umlaut")
        await parts.run(say("50% off"), title="Percent")
        await parts.run(failing, title="Failing")
        return await found(parts, text=words)

    assert serving(home, database_url, test) == titles


def test_runs_are_found_by_state_graph_node_and_session(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(add(), title="Sum")
        await parts.queue.pause()
        [waiting] = await parts.queue.submit(request(title="Word"), say("word"), session="s1")
        await parts.queue.cancel(waiting.id)
        assert await found(parts, states=["done"]) == ["Sum"]
        assert await found(parts, states=["cancelled", "failed"]) == ["Word"]
        assert await found(parts, graph=done.graph) == await found(parts, graph=done.graph[:8]) == ["Sum"]
        assert await found(parts, node="math.add") == ["Sum"]
        assert await found(parts, node="math.ad") == []
        assert await found(parts, session="s1") == ["Word"]

    serving(home, database_url, test)


def test_runs_are_found_by_a_model_that_they_used(database_url: str, home: Path) -> None:
    models = home / "models"
    models.mkdir(parents=True)
    (models / "Große Äpfel.bin").write_bytes(b"weights")
    using = graph({"it": {"type": "serve.load", "params": {"model": "Große Äpfel.bin"}}}, {"out": "it.out"})

    async def test(parts: Served) -> None:
        done = await parts.run(using, title="Model")
        await parts.run(add(), title="Sum")
        [digest] = done.models.values()
        assert done.models.keys() == {"Große Äpfel.bin"}
        assert await found(parts, model="Große Äpfel") == await found(parts, model=digest[:12]) == ["Model"]

    serving(home, database_url, test)


def test_runs_are_found_by_date(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        first = await parts.run(add(), title="First")
        second = await parts.run(add(), title="Second")
        assert await found(parts, until=second.created) == ["First"]
        assert await found(parts, since=second.created) == ["Second"]
        assert await found(parts, since=first.created, until=second.created + 1) == ["Second", "First"]

    serving(home, database_url, test)


def test_the_newest_come_first_some_at_a_time(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        await parts.run_all(add(), sweep={"a": [0, 1, 2, 3, 4]})
        first = await parts.history.search(limit=2)
        rest = await parts.history.search(before=first[-1].id)
        assert [record.values["a"] for record in (*first, *rest)] == [4, 3, 2, 1, 0]

    serving(home, database_url, test)


# --- comparing --------------------------------------------------------------------------------------------


def test_two_runs_of_one_graph_differ_in_values_and_outputs(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        one = await parts.run(add(), values={"a": 1})
        other = await parts.run(add(), values={"a": 2})
        compared = await parts.history.compare(one.id, other.id)
        assert compared.graph == ()
        assert [(change.name, change.one, change.other) for change in compared.values] == [("a", 1, 2)]
        [output] = compared.outputs
        assert (output.equal, output.one, output.other) == (False, one.artifacts[0], other.artifacts[0])

    serving(home, database_url, test)


def test_runs_of_two_graphs_differ_field_by_field(home: Path) -> None:
    async def test(parts: Served) -> None:
        one, other = await parts.run(say("a")), await parts.run(say("b"))
        [change] = (await parts.history.compare(one.id, other.id)).graph
        assert (change.kind, change.instance, change.field) == ("changed", "say", "params.text")
        assert (change.old, change.new) == ("a", "b")

    serving(home, "", test)


def test_pictures_differ_by_a_number(home: Path) -> None:
    async def test(parts: Served) -> None:
        one = await parts.run(swatch(), values={"shade": 0})
        other = await parts.run(swatch(), values={"shade": 51})
        [output] = (await parts.history.compare(one.id, other.id)).outputs
        assert (output.equal, output.mean, output.greatest) == (False, 0.2, 0.2)

    serving(home, "", test)


def test_equal_outputs_are_told_to_be_equal(home: Path) -> None:
    async def test(parts: Served) -> None:
        one, other = await parts.run(swatch()), await parts.run(swatch())
        [output] = (await parts.history.compare(one.id, other.id)).outputs
        assert (output.equal, output.mean) == (True, None)

    serving(home, "", test)


def test_a_swept_param_is_compared_with_what_the_other_document_holds(home: Path) -> None:
    document = graph({"it": {"type": "serve.swatch", "params": {"shade": 7}}}, {"picture": "it.out"})

    async def test(parts: Served) -> None:
        plain, swept = await parts.run(document), await parts.run(document, sweep={"it.shade": [9]})
        values = (await parts.history.compare(plain.id, swept.id)).values
        assert [(change.name, change.one, change.other) for change in values] == [("it.shade", 7, 9)]

    serving(home, "", test)


def test_an_output_that_only_one_has_is_compared_with_nothing(home: Path) -> None:
    async def test(parts: Served) -> None:
        one, other = await parts.run(add()), await parts.run(swatch())
        outputs = (await parts.history.compare(one.id, other.id)).outputs
        assert [(change.output, change.one is None, change.other is None) for change in outputs] == [
            ("total", False, True),
            ("picture", True, False),
        ]

    serving(home, "", test)


# --- deleting ---------------------------------------------------------------------------------------------


def test_a_deleted_run_is_gone_and_everyone_is_told(database_url: str, home: Path) -> None:
    async def test(parts: Served) -> None:
        one, other = await parts.run(add()), await parts.run(add())
        assert await parts.history.delete([one.id, "nobody", one.id]) == (one.id,)
        assert [record.id for record in await parts.history.search()] == [other.id]
        assert parts.told.of("queue")[-1] == RunGone(run=one.id)
        with pytest.raises(NoSuchRun):
            await parts.queue.get(one.id)

    serving(home, database_url, test)


def test_its_graph_goes_when_no_other_run_has_it(database_url: str, home: Path) -> None:
    async def count(parts: Served) -> int:
        async with parts.database.read() as connection:
            return (await connection.execute(select(func.count()).select_from(documents))).scalar_one()

    async def test(parts: Served) -> list[int]:
        one, other = await parts.run(add()), await parts.run(add())
        counts = [await count(parts)]
        for record in (one, other):
            await parts.history.delete([record.id])
            counts.append(await count(parts))
        return counts

    assert serving(home, database_url, test) == [1, 1, 0]


def test_what_waits_or_runs_is_not_deleted_and_nothing_beside_it(home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(add())
        gates["go"], gates["a"] = threading.Event(), threading.Event()
        [running] = await parts.queue.submit(request(), gate("a"))
        await asyncio.to_thread(gates["a"].wait)
        with pytest.raises(NotOver, match=r"it is running\. Cancel it first"):
            await parts.history.delete([done.id, running.id])
        assert (await parts.queue.get(done.id)).state == "done"
        gates["go"].set()

    serving(home, "", test)


def test_more_than_a_page_is_not_deleted_at_once(home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(add())
        with pytest.raises(TooManyRuns, match=f"{MOST} runs at most, got {MOST + 1}"):
            await parts.history.delete([done.id, *("x" * MOST)])
        assert await parts.queue.get(done.id) == done

    serving(home, "", test)


# --- exporting --------------------------------------------------------------------------------------------


def test_a_run_is_exported_with_its_graph_outputs_and_record(database_url: str, home: Path) -> None:
    several = graph(
        {
            "it": {"type": "serve.swatch", "params": {"shade": [1, 2]}, "over": ["shade"]},
            "sum": {"type": "math.add"},
        },
        {"a/b": "it.out", "total": "sum.out"},
        inputs={"a": {"to": ["sum.a"], "default": 1}},
    )

    async def test(parts: Served) -> None:
        done = await parts.run(several, values={"a": 4})
        with zipfile.ZipFile(BytesIO(b"".join(await parts.history.export(done.id)))) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [
                "graph.json", "record.json", "outputs/a_b-000.png", "outputs/a_b-001.png",
            ]  # fmt: skip
            assert json.loads(archive.read("record.json")) == json.loads(done.model_dump_json())
            repeated = Graph.read(archive.read("graph.json"))
            picture = archive.read("outputs/a_b-001.png")
        assert repeated.inputs["a"].default == 4
        assert picture == (await parts.artifacts.get(done.artifacts[1].digest)).path.read_bytes()
        again = await parts.run(repeated)
        assert [one.value for one in again.artifacts] == [one.value for one in done.artifacts]

    serving(home, database_url, test)


def test_an_unknown_run_is_named(home: Path) -> None:
    async def test(parts: Served) -> None:
        done = await parts.run(add())
        with pytest.raises(NoSuchRun, match="nobody"):
            await parts.history.export("nobody")
        with pytest.raises(NoSuchRun, match="nobody"):
            await parts.history.compare(done.id, "nobody")

    serving(home, "", test)
