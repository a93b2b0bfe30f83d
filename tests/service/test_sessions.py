import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.declare.node import node
from engine.errors import KnotworkError
from engine.graph.document import Graph
from engine.graph.operations import OPERATIONS, apply
from engine.service.archive import Archive
from engine.service.database import NAME, DatabaseError
from engine.service.protocol import Checked
from engine.service.records import GraphSource
from engine.service.sessions import NoSession
from tests.graph.nodes import registry
from tests.service.desk import SUMS, desk, set_value, story


@story
async def test_a_file_is_opened_with_what_there_is_to_know_of_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.file("sub/sum.json", SUMS)
        record = await at.sessions.open(GraphSource(name="sub/sum"))

        assert (record.name, record.title, record.seq, record.saved) == ("sub/sum.json", "Sums", 0, 0)
        assert record.digest == Graph.model_validate(SUMS).digest()
        assert await at.sessions.graph(record.id) == Graph.model_validate(SUMS)
        assert await at.sessions.list() == (record,)


@story
async def test_the_same_file_opened_twice_is_one_session(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.file("sum.json", SUMS)
        names = ["sum.json", "sum", "./sum.json", "sum.json"]
        records = await asyncio.gather(*(at.sessions.open(GraphSource(name=name)) for name in names))

        assert len({record.id for record in records}) == 1


@story
async def test_what_is_opened_from_elsewhere_has_no_file(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        Graph.model_validate(SUMS).write(tmp_path / "library" / "template.json")
        info = PngInfo()
        info.add_itxt("knotwork", Graph.model_validate(SUMS).to_bytes().decode())
        picture = tmp_path / "picture.png"
        Image.new("RGB", (4, 4)).save(picture, pnginfo=info)
        at.file("picture.png").write_bytes(picture.read_bytes())
        sources: list[GraphSource | bytes] = [
            GraphSource(name="template"),
            GraphSource(name="picture.png"),
            GraphSource(document={"knotwork": 1, **SUMS}),
            Graph.model_validate(SUMS).to_bytes(),
            picture.read_bytes(),
        ]
        for source in sources:
            record = await at.sessions.open(source)
            assert (record.name, record.title) == ("", "Sums")
            assert await at.sessions.graph(record.id) == Graph.model_validate(SUMS)
        empty = await at.sessions.open()
        assert await at.sessions.graph(empty.id) == Graph()

        assert len(await at.sessions.list()) == 6


@story
async def test_an_open_session_is_a_source_too(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()

        assert (await at.sessions.open(GraphSource(session=id))).id == id


@pytest.mark.parametrize(
    "source",
    [
        GraphSource(name="missing"),
        GraphSource(name="../outside.json"),
        GraphSource(document={"nodes": {}}),
        GraphSource(),
        b"no graph",
        b"\x89PNG\r\n\x1a\n cut off",
    ],
    ids=["missing", "outside", "no version", "nothing", "bytes", "picture"],
)
@story
async def test_what_is_no_graph_is_refused(tmp_path: Path, source: GraphSource | bytes) -> None:
    async with desk(tmp_path) as at:
        Graph().write(tmp_path / "outside.json")
        with pytest.raises(KnotworkError):
            await at.sessions.open(source)
        assert await at.sessions.list() == ()


@story
async def test_a_session_that_is_not_there_is_named(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        with pytest.raises(NoSession, match='"nobody"'):
            await at.sessions.get("nobody")
        with pytest.raises(NoSession):
            await at.sessions.edit("nobody", "anna", "t", [set_value("one", 1)])


@story
async def test_an_edit_is_told_to_everyone_with_what_it_wrote(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        change = await at.set(id, "one", 5)
        channel, event = at.told.events[-1]

        assert channel == f"graph:{id}"
        assert event == at.edits()[0]
        assert (at.edits()[0].number, at.edits()[0].client, at.edits()[0].token) == (1, "anna", change.token)
        write = {"where": ["nodes", "one", "params", "value"], "old": [1], "new": [5]}
        assert [patch["writes"] for patch in at.edits()[0].patch] == [[write]]


@story
async def test_an_edit_is_committed_before_anyone_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        committed: list[list[tuple[int]]] = []
        publish = at.told.publish

        def looking(channel: str, event: Any) -> int:
            with closing(sqlite3.connect(tmp_path / "home" / NAME)) as other:
                committed.append(other.execute("SELECT seq FROM edits").fetchall())
            return publish(channel, event)

        at.told.publish = looking
        await at.set(id, "one", 5)
        assert committed == [[(1,)]]


@story
async def test_what_can_not_be_committed_was_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        with monkeypatch.context() as patch:
            patch.setattr(Archive, "append", full)
            with pytest.raises(DatabaseError, match="full"):
                await at.set(id, "one", 5)
        assert await at.value(id) == 1
        assert at.edits() == []

        await at.set(id, "one", 6)
        assert [edit.number for edit in at.edits()] == [1]


@story
async def test_what_was_committed_though_the_answer_got_lost_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Archive.append

    async def cut_off(*args: Any) -> None:
        await append(*args)
        raise DatabaseError("the connection was lost")

    async with desk(tmp_path) as at:
        id = await at.open()
        with monkeypatch.context() as patch:
            patch.setattr(Archive, "append", cut_off)
            with pytest.raises(DatabaseError, match="lost"):
                await at.set(id, "one", 5)
        await at.set(id, "two", 6)

        assert [edit.number for edit in at.edits()] == [1, 2]
        assert await at.value(id) == 5


async def full(*_: Any) -> None:
    raise DatabaseError("the disk is full")


@story
async def test_an_edit_goes_on_though_its_maker_is_gone(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        making = asyncio.create_task(at.set(id, "one", 5))
        await asyncio.sleep(0)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        await at.sessions.settle()

        assert await at.value(id) == 5
        assert len(at.edits()) == 1


@story
async def test_a_token_makes_an_edit_once_also_after_a_restart(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        add = {"op": "describe", "fields": {"title": "Mine"}}
        first, second = [await at.sessions.edit(id, "anna", "t", [add]) for _ in range(2)]
        assert first == second
        undo = [await at.sessions.undo(id, "anna", "u") for _ in range(2)]
        assert undo[0] == undo[1]
        assert len(at.edits()) == 2
    async with desk(tmp_path) as at:
        assert (await at.sessions.edit(id, "anna", "t", [add])).seq == 1
        assert (await at.sessions.undo(id, "anna", "u")).seq == 2
        assert (await at.sessions.graph(id)).title == "Sums"
        assert at.edits() == []


@story
async def test_edits_that_come_at_once_are_made_one_after_another(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await asyncio.gather(*(at.set(id, "one", number, client=f"{number}") for number in range(10, 30)))

        assert [edit.number for edit in at.edits()] == list(range(1, 21))
        graph = Graph.model_validate(SUMS)
        for edit in at.edits():
            for patch in edit.patch:
                apply(graph, OPERATIONS.validate_python(patch))
        assert graph == await at.sessions.graph(id)


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "paint"}],
        [{"op": "set_param", "name": "one"}],
        [{"op": "remove", "names": "one"}],
        [{}],
        [{"op": "remove", "names": ["one"]}, {"op": "remove", "names": ["one"]}],
        [{"op": "add", "name": "a.b", "instance": {}}],
        [{"op": "add", "name": "new", "instance": {"version": "old"}}],
        [set_value("one", 2**70)],
        [set_value("one", "\ud800")],
    ],
    ids=ascii,
)
@story
async def test_operations_that_are_none_are_refused_by_name(
    tmp_path: Path, operations: list[dict[str, Any]]
) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        with pytest.raises(KnotworkError, match=r"expected|operation 1 of 1|version"):
            await at.sessions.edit(id, "anna", "t", operations)
        assert await at.sessions.graph(id) == Graph.model_validate(SUMS)
        assert at.edits() == []


@story
async def test_undo_and_redo_are_told_like_edits(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.set(id, "one", 5)
        await at.set(id, "one", 7, client="ben")
        await at.undo(id)
        assert at.edits()[-1].patch == ()
        assert "nodes.one.params.value" in at.edits()[-1].notice
        await at.undo(id, client="ben")
        assert await at.value(id) == 5
        await at.redo(id, client="ben")

        assert await at.value(id) == 7
        assert [edit.number for edit in at.edits()] == [1, 2, 3, 4, 5]


@story
async def test_problems_of_a_value_are_told_with_the_edit_others_soon_after(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.sessions.settle()
        assert at.told.of(Checked) == []
        await at.set(id, "one", "many")
        assert [problem.code for problem in at.edits()[-1].problems or ()] == ["bad-value"]

        await at.edit(id, {"op": "remove", "names": ["one"]})
        assert at.edits()[-1].problems is None
        await at.sessions.settle()
        [checked] = at.told.of(Checked)
        assert (checked.number, [problem.code for problem in checked.problems]) == (2, ["missing-input"])


@story
async def test_what_is_wrong_with_a_graph_from_the_start_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.file("sum.json", {"nodes": {"sum": {"type": "t.add", "params": {"a": 1}}}})
        id = await at.open()
        await at.sessions.settle()

        [checked] = at.told.of(Checked)
        assert [problem.port for problem in checked.problems] == ["b"]
        snapshot: Any = await at.sessions.snapshot(id)
        assert [problem["port"] for problem in snapshot["problems"]] == ["b"]
        assert snapshot["checked"]


@story
async def test_graphs_are_checked_again_when_nodes_were_reloaded(tmp_path: Path) -> None:
    nodes = registry()
    async with desk(tmp_path, nodes=nodes) as at:
        at.file("sum.json", {"nodes": {"it": {"type": "t.late"}}})
        await at.open()
        await at.sessions.settle()
        assert len(at.told.of(Checked)[-1].problems) == 1
        nodes.add([late])
        at.sessions.recheck()
        await at.sessions.settle()

        assert at.told.of(Checked)[-1].problems == ()


@node("t.late")
def late(value: float = 0.0) -> float:
    """Come late."""
    return value


@story
async def test_names_are_looked_for_beside_the_graph(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.file("sub/inner.json", {"nodes": {"n": {"type": "t.number"}}})
        at.file("sub/outer.json", {"nodes": {"it": {"ref": "inner.json"}}})
        at.file("outer.json", {"nodes": {"it": {"ref": "inner.json"}}})
        await at.open("sub/outer.json")
        await at.sessions.settle()
        assert at.told.of(Checked) == []
        await at.open("outer.json")
        await at.sessions.settle()

        assert [problem.code for problem in at.told.of(Checked)[-1].problems] == ["unreadable-ref"]


@story
async def test_a_snapshot_is_all_that_a_client_needs(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.set(id, "one", 5)
        await at.sessions.settle()
        snapshot: Any = await at.sessions.snapshot(id)

        assert Graph.model_validate(snapshot["document"]) == await at.sessions.graph(id)
        assert (snapshot["session"]["id"], snapshot["session"]["seq"]) == (id, 1)
        assert (snapshot["problems"], snapshot["checked"]) == ((), True)
        assert (snapshot["choice"], snapshot["conflicts"]) == ("", ())
