import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.declare.node import node
from engine.errors import GraphError, KnotworkError
from engine.graph.document import Graph
from engine.graph.edit import Refused
from engine.graph.operations import OPERATIONS, apply
from engine.service.archive import Archive
from engine.service.database import NAME, DatabaseError
from engine.service.protocol import Checked, Saved
from engine.service.records import GraphSource
from engine.service.sessions import NoSession
from engine.service.versions import NoVersion
from tests.graph.nodes import registry
from tests.service.desk import Desk, desk, set_value, story

TREE: dict[str, Any] = {
    "title": "Sums",
    "nodes": {
        "one": {"type": "t.number", "params": {"value": 1}},
        "two": {"type": "t.number", "params": {"value": 2}},
        "sum": {"type": "t.add", "links": {"a": "one.out", "b": "two.out"}},
    },
}


async def opened(at: Desk, name: str = "sum.json") -> str:
    """The session of a file, written if it is not there."""
    if not at.file(name).exists():
        at.file(name, TREE)
    return (await at.sessions.open(GraphSource(name=name))).id


async def value(at: Desk, id: str, name: str = "one") -> Any:
    return (await at.sessions.graph(id)).nodes[name].params["value"]


# --- opening ------------------------------------------------------------------------------------------------


@story
async def test_a_file_is_opened_with_what_there_is_to_know_of_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.file("sub/sum.json", TREE)
        record = await at.sessions.open(GraphSource(name="sub/sum"))

        assert (record.name, record.title, record.seq, record.saved) == ("sub/sum.json", "Sums", 0, 0)
        assert record.digest == Graph.model_validate(TREE).digest()
        assert await at.sessions.graph(record.id) == Graph.model_validate(TREE)
        assert await at.sessions.list() == (record,)


@story
async def test_the_same_file_opened_twice_is_one_session(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.file("sum.json", TREE)
        names = ["sum.json", "sum", "./sum.json", "sum.json"]
        records = await asyncio.gather(*(at.sessions.open(GraphSource(name=name)) for name in names))

        assert len({record.id for record in records}) == 1


@story
async def test_what_is_opened_from_elsewhere_has_no_file(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        Graph.model_validate(TREE).write(tmp_path / "library" / "template.json")
        info = PngInfo()
        info.add_itxt("knotwork", Graph.model_validate(TREE).to_bytes().decode())
        picture = tmp_path / "picture.png"
        Image.new("RGB", (4, 4)).save(picture, pnginfo=info)
        at.file("picture.png").write_bytes(picture.read_bytes())
        sources: list[GraphSource | bytes] = [
            GraphSource(name="template"),
            GraphSource(name="picture.png"),
            GraphSource(document={"knotwork": 1, **TREE}),
            Graph.model_validate(TREE).to_bytes(),
            picture.read_bytes(),
        ]
        for source in sources:
            record = await at.sessions.open(source)
            assert (record.name, record.title) == ("", "Sums")
            assert await at.sessions.graph(record.id) == Graph.model_validate(TREE)
        empty = await at.sessions.open()
        assert await at.sessions.graph(empty.id) == Graph()

        assert len(await at.sessions.list()) == 6


@story
async def test_an_open_session_is_a_source_too(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)

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
def test_what_is_no_graph_is_refused(tmp_path: Path, source: GraphSource | bytes) -> None:
    @story
    async def tell() -> None:
        async with desk(tmp_path) as at:
            Graph().write(tmp_path / "outside.json")
            with pytest.raises(KnotworkError):
                await at.sessions.open(source)
            assert await at.sessions.list() == ()

    tell()


@story
async def test_a_session_that_is_not_there_is_named(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        with pytest.raises(NoSession, match='"nobody"'):
            await at.sessions.get("nobody")
        with pytest.raises(NoSession):
            await at.sessions.edit("nobody", "anna", "t", [set_value("one", 1)])


# --- editing ------------------------------------------------------------------------------------------------


@story
async def test_an_edit_is_told_to_everyone_with_what_it_wrote(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
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
        id = await opened(at)
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
        id = await opened(at)
        with monkeypatch.context() as patch:
            patch.setattr(Archive, "append", full)
            with pytest.raises(DatabaseError, match="full"):
                await at.set(id, "one", 5)
        assert await value(at, id) == 1
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
        id = await opened(at)
        with monkeypatch.context() as patch:
            patch.setattr(Archive, "append", cut_off)
            with pytest.raises(DatabaseError, match="lost"):
                await at.set(id, "one", 5)
        await at.set(id, "two", 6)

        assert [edit.number for edit in at.edits()] == [1, 2]
        assert await value(at, id) == 5


async def full(*_: Any) -> None:
    raise DatabaseError("the disk is full")


@story
async def test_an_edit_goes_on_though_its_maker_is_gone(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        making = asyncio.create_task(at.set(id, "one", 5))
        await asyncio.sleep(0)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        await at.sessions.settle()

        assert await value(at, id) == 5
        assert len(at.edits()) == 1


@story
async def test_a_token_makes_an_edit_once_also_after_a_restart(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
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
        id = await opened(at)
        await asyncio.gather(*(at.set(id, "one", number, client=f"{number}") for number in range(10, 30)))

        assert [edit.number for edit in at.edits()] == list(range(1, 21))
        graph = Graph.model_validate(TREE)
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
    ],
    ids=str,
)
def test_operations_that_are_none_are_refused_by_name(
    tmp_path: Path, operations: list[dict[str, Any]]
) -> None:
    @story
    async def tell() -> None:
        async with desk(tmp_path) as at:
            id = await opened(at)
            with pytest.raises(Refused, match=r"expected|operation 1 of 1|version"):
                await at.sessions.edit(id, "anna", "t", operations)
            assert await at.sessions.graph(id) == Graph.model_validate(TREE)
            assert at.edits() == []

    tell()


@story
async def test_undo_and_redo_are_told_like_edits(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        await at.set(id, "one", 7, client="ben")
        await at.undo(id)
        assert at.edits()[-1].patch == ()
        assert "nodes.one.params.value" in at.edits()[-1].notice
        await at.undo(id, client="ben")
        assert await value(at, id) == 5
        await at.redo(id, client="ben")

        assert await value(at, id) == 7
        assert [edit.number for edit in at.edits()] == [1, 2, 3, 4, 5]


# --- problems -----------------------------------------------------------------------------------------------


@story
async def test_problems_of_a_value_are_told_with_the_edit_others_soon_after(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
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
        id = await opened(at)
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
        await opened(at)
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
        await opened(at, "sub/outer.json")
        await at.sessions.settle()
        assert at.told.of(Checked) == []
        await opened(at, "outer.json")
        await at.sessions.settle()

        assert [problem.code for problem in at.told.of(Checked)[-1].problems] == ["unreadable-ref"]


# --- saving -------------------------------------------------------------------------------------------------


@story
async def test_an_edited_file_is_written_after_a_second(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        await at.pass_(0.9)
        assert at.written() == Graph.model_validate(TREE)
        await at.set(id, "one", 6)
        await at.pass_(0.2)

        assert at.written() == await at.sessions.graph(id)
        assert at.told.of(Saved) == [Saved(name="sum.json", seq=2)]
        assert (await at.sessions.get(id)).saved == 2
        await at.pass_(60)
        assert len(at.told.of(Saved)) == 1


@story
async def test_what_was_never_edited_is_never_written(tmp_path: Path) -> None:
    by_hand = b'{"knotwork":1}'
    async with desk(tmp_path) as at:
        at.file().write_bytes(by_hand)
        id = await opened(at)
        await at.pass_(60)
        await at.sessions.save(id)
        await at.sessions.close(id)

    assert at.file().read_bytes() == by_hand


@story
async def test_saving_now_does_not_wait(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        record = await at.sessions.save(id)

        assert record.saved == 1
        assert at.written().nodes["one"].params == {"value": 5}


@story
async def test_a_graph_without_a_file_is_saved_under_a_new_name_from_then_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = (await at.sessions.open(GraphSource(document={"knotwork": 1, **TREE}))).id
        with pytest.raises(Refused, match="a name"):
            await at.sessions.save(id)
        record = await at.sessions.save(id, "new/sum")
        assert (record.name, record.saved) == ("new/sum.json", 0)
        assert at.written("new/sum.json") == Graph.model_validate(TREE)
        await at.set(id, "one", 5)
        await at.pass_(1)

        assert at.written("new/sum.json").nodes["one"].params == {"value": 5}
        assert (await at.sessions.open(GraphSource(name="new/sum"))).id == id


@story
async def test_saving_under_the_name_of_a_file_that_is_there_is_refused(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        at.file("other.json", {"title": "Other"})
        await at.set(id, "one", 5)
        with pytest.raises(Refused, match=r"there is other\.json"):
            await at.sessions.save(id, "other")
        assert at.written("other.json").title == "Other"
        await at.pass_(1)

        assert (await at.sessions.get(id)).name == "sum.json"
        assert at.written().nodes["one"].params == {"value": 5}


@story
async def test_a_file_that_can_not_be_written_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        with monkeypatch.context() as patch:
            patch.setattr("engine.service.workspace.os.replace", locked)
            await at.pass_(1)
            assert "Permission denied" in at.told.of(Saved)[-1].error
            with pytest.raises(GraphError, match="Permission denied"):
                await at.sessions.save(id)
        await at.pass_(10)

        assert at.told.of(Saved)[-1] == Saved(name="sum.json", seq=1)
        assert at.written() == await at.sessions.graph(id)


# --- closing and coming back --------------------------------------------------------------------------------


@story
async def test_closing_writes_the_file_and_tells_the_channel_that_it_ends(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        await at.sessions.close(id)

        assert at.written().nodes["one"].params == {"value": 5}
        assert at.told.closed == [f"graph:{id}"]
        assert await at.sessions.list() == ()


@story
async def test_a_closed_file_opened_again_has_its_log_and_versions(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        await at.sessions.keep_version(id, "five")
        await at.sessions.close(id)
        assert await opened(at) == id
        await at.undo(id)

        assert await value(at, id) == 1
        assert [version.name for version in await at.sessions.versions(id)] == ["five"]
        assert len(await at.sessions.list()) == 1


@story
async def test_an_unsaved_graph_that_was_closed_can_be_had_back_an_untouched_one_is_gone(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as at:
        edited, untouched = [(await at.sessions.open()).id for _ in range(2)]
        await at.edit(edited, {"op": "describe", "fields": {"title": "Typed"}})
        for id in (edited, untouched):
            await at.sessions.close(id)

        assert (await at.sessions.get(edited)).title == "Typed"
        with pytest.raises(NoSession):
            await at.sessions.get(untouched)


@story
async def test_a_stopped_server_goes_on_where_it_was(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id, other = await opened(at), (await at.sessions.open()).id
        await at.set(id, "one", 5)
        await at.set(id, "two", 6, client="ben")
        await at.undo(id, client="ben")
        await at.edit(other, {"op": "describe", "fields": {"title": "Typed"}})
        records = await at.sessions.list()
    assert at.written().nodes["one"].params == {"value": 5}
    async with desk(tmp_path) as at:
        assert [record.id for record in await at.sessions.list()] == [id, other]
        assert [record.digest for record in await at.sessions.list()] == [one.digest for one in records]
        await at.redo(id, client="ben")
        await at.undo(id)

        assert [await value(at, id, name) for name in ("one", "two")] == [1, 6]


@story
async def test_a_killed_server_writes_what_it_had_not(tmp_path: Path) -> None:
    async with desk(tmp_path, stopped=False) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
    assert at.written() == Graph.model_validate(TREE)
    async with desk(tmp_path) as at:
        await at.sessions.settle()
        await at.pass_(1)

        assert at.written().nodes["one"].params == {"value": 5}


@story
async def test_the_log_is_compacted_and_nothing_is_forgotten_too_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.service.sessions.REBASE", 4)
    monkeypatch.setattr("engine.service.sessions.KEPT", 6)
    monkeypatch.setattr("engine.service.session.KEPT", 6)
    async with desk(tmp_path, stopped=False) as at:
        id = await opened(at)
        for number in range(10, 20):
            await at.set(id, "one", number)
            await at.sessions.settle()
        with closing(sqlite3.connect(tmp_path / "home" / NAME)) as other:
            [(base, first)] = other.execute("SELECT base_seq, (SELECT min(seq) FROM edits) FROM sessions")
        assert (base, first) == (8, 3)
    async with desk(tmp_path) as at:
        assert await value(at, id) == 19
        for _ in range(3):
            await at.undo(id)
        assert await value(at, id) == 16


@story
async def test_nodes_of_newer_versions_are_an_edit_when_a_session_comes_back(tmp_path: Path) -> None:
    def installed(version: int) -> Any:
        nodes = registry()
        declared = node("t.aged", version=version)(aged)
        if version > 1:
            declared.migrates(1)(lambda params: {"value": params["value"] * 10})
        nodes.add([declared])
        return nodes

    async with desk(tmp_path, nodes=installed(1)) as at:
        at.file("sum.json", {"nodes": {"it": {"type": "t.aged", "params": {"value": 1}}}})
        id = await opened(at)
        await at.set(id, "it", 2)
    async with desk(tmp_path, nodes=installed(2)) as at:
        it = (await at.sessions.graph(id)).nodes["it"]
        assert (it.params, it.version) == ({"value": 20}, 2)
        await at.pass_(1)

        assert at.written() == await at.sessions.graph(id)


def aged(value: float = 0.0) -> float:
    """Age."""
    return value


# --- versions and branches ----------------------------------------------------------------------------------


@story
async def test_a_version_is_restored_as_an_edit_that_can_be_taken_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        version = await at.sessions.keep_version(id, "five")
        assert (version.name, version.seq) == ("five", 1)
        await at.edit(id, {"op": "remove", "names": ["one"]}, {"op": "describe", "fields": {"title": ""}})
        await at.sessions.restore(id, version.id, "ben", "r")
        assert at.edits()[-1].client == "ben"
        assert await value(at, id) == 5
        assert (await at.sessions.graph(id)).title == "Sums"
        await at.undo(id, client="ben")

        assert "one" not in (await at.sessions.graph(id)).nodes


@story
async def test_a_version_of_another_session_is_none_of_this_one(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id, other = await opened(at), (await at.sessions.open()).id
        version = await at.sessions.keep_version(other, "empty")

        with pytest.raises(NoVersion):
            await at.sessions.restore(id, version.id, "anna", "r")


@story
async def test_a_branch_begins_at_a_version_an_edit_or_now(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        version = await at.sessions.keep_version(id, "five")
        for number in (6, 7):
            await at.set(id, "one", number)
        branches = [
            await at.sessions.branch(id, version=version.id),
            await at.sessions.branch(id, seq=2),
            await at.sessions.branch(id, seq=0),
            await at.sessions.branch(id),
        ]
        assert [await value(at, branch.id) for branch in branches] == [5, 6, 1, 7]
        assert {(branch.name, branch.seq) for branch in branches} == {("", 0)}
        await at.set(branches[0].id, "one", 9)

        assert await value(at, id) == 7
        with pytest.raises(Refused, match="from 0 to 3, got 4"):
            await at.sessions.branch(id, seq=4)


@story
async def test_a_snapshot_is_all_that_a_client_needs(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.set(id, "one", 5)
        await at.sessions.settle()
        snapshot: Any = await at.sessions.snapshot(id)

        assert Graph.model_validate(snapshot["document"]) == await at.sessions.graph(id)
        assert (snapshot["session"]["id"], snapshot["session"]["seq"]) == (id, 1)
        assert (snapshot["problems"], snapshot["checked"]) == ((), True)
        assert (snapshot["choice"], snapshot["conflicts"]) == ("", ())


def test_sessions_are_kept_in_any_database(tmp_path: Path, database_url: str) -> None:
    @story
    async def tell() -> None:
        async with desk(tmp_path, database_url) as at:
            id = await opened(at)
            await at.set(id, "one", 5)
            await at.set(id, "two", 6)
            await at.undo(id)
            version = await at.sessions.keep_version(id, "one is five")
        async with desk(tmp_path, database_url) as at:
            assert await opened(at) == id
            await at.redo(id)
            await at.sessions.restore(id, version.id, "ben", "r")
            assert [await value(at, id, name) for name in ("one", "two")] == [5, 2]
            await at.sessions.close(id)

    tell()
