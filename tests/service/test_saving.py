import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.declare.node import node
from engine.errors import GraphError
from engine.graph.document import Graph
from engine.graph.edit import Refused
from engine.service.database import NAME
from engine.service.protocol import Saved
from engine.service.records import GraphSource
from engine.service.sessions import NoSession
from tests.graph.nodes import registry
from tests.service.desk import SUMS, desk, story


@story
async def test_an_edited_file_is_written_after_a_second(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.set(id, "one", 5)
        await at.pass_(0.9)
        assert at.written() == Graph.model_validate(SUMS)
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
        id = await at.open()
        await at.pass_(60)
        await at.sessions.save(id)
        await at.sessions.close(id)

    assert at.file().read_bytes() == by_hand


@story
async def test_saving_now_does_not_wait(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.set(id, "one", 5)
        record = await at.sessions.save(id)

        assert record.saved == 1
        assert at.written().nodes["one"].params == {"value": 5}


@story
async def test_a_graph_without_a_file_is_saved_under_a_new_name_from_then_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = (await at.sessions.open(GraphSource(document={"knotwork": 1, **SUMS}))).id
        with pytest.raises(Refused, match="a name"):
            await at.sessions.save(id)
        record = await at.sessions.save(id, "new/sum")
        assert (record.name, record.saved) == ("new/sum.json", 0)
        assert at.written("new/sum.json") == Graph.model_validate(SUMS)
        await at.set(id, "one", 5)
        await at.pass_(1)

        assert at.written("new/sum.json").nodes["one"].params == {"value": 5}
        assert (await at.sessions.open(GraphSource(name="new/sum"))).id == id


@story
async def test_saving_under_the_name_of_a_file_that_is_there_is_refused(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        at.file("other.json", {"title": "Other"})
        await at.set(id, "one", 5)
        with pytest.raises(Refused, match=r"there is other\.json"):
            await at.sessions.save(id, "other")
        assert at.written("other.json").title == "Other"
        await at.pass_(1)

        assert (await at.sessions.get(id)).name == "sum.json"
        assert at.written().nodes["one"].params == {"value": 5}


@story
async def test_saving_under_the_name_of_another_open_session_is_refused(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        other = await at.open("other.json")
        at.file("other.json").unlink()
        id = await at.open()
        with pytest.raises(Refused, match=r"other\.json is open"):
            await at.sessions.save(id, "other")

        assert [record.name for record in await at.sessions.list()] == ["other.json", "sum.json"]
        await at.sessions.close(other)
        assert (await at.sessions.save(id, "other")).name == "other.json"


@story
async def test_a_file_that_can_not_be_written_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    async with desk(tmp_path) as at:
        id = await at.open()
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


@story
async def test_closing_writes_the_file_and_tells_the_channel_that_it_ends(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.set(id, "one", 5)
        await at.sessions.close(id)

        assert at.written().nodes["one"].params == {"value": 5}
        assert at.told.closed == [f"graph:{id}"]
        assert await at.sessions.list() == ()


@story
async def test_a_closed_file_opened_again_has_its_log_and_versions(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.set(id, "one", 5)
        await at.sessions.keep_version(id, "five")
        await at.sessions.close(id)
        assert await at.open() == id
        await at.undo(id)

        assert await at.value(id) == 1
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
        id, other = await at.open(), (await at.sessions.open()).id
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

        assert [await at.value(id, name) for name in ("one", "two")] == [1, 6]


@story
async def test_a_killed_server_writes_what_it_had_not(tmp_path: Path) -> None:
    async with desk(tmp_path, stopped=False) as at:
        id = await at.open()
        await at.set(id, "one", 5)
    assert at.written() == Graph.model_validate(SUMS)
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
        id = await at.open()
        for number in range(10, 20):
            await at.set(id, "one", number)
            await at.sessions.settle()
        with closing(sqlite3.connect(tmp_path / "home" / NAME)) as other:
            [(base, first)] = other.execute("SELECT base_seq, (SELECT min(seq) FROM edits) FROM sessions")
        assert (base, first) == (8, 3)
    async with desk(tmp_path) as at:
        assert await at.value(id) == 19
        for _ in range(3):
            await at.undo(id)
        assert await at.value(id) == 16


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
        id = await at.open()
        await at.set(id, "it", 2)
    async with desk(tmp_path, nodes=installed(2)) as at:
        it = (await at.sessions.graph(id)).nodes["it"]
        assert (it.params, it.version) == ({"value": 20}, 2)
        await at.pass_(1)

        assert at.written() == await at.sessions.graph(id)


def aged(value: float = 0.0) -> float:
    """Age."""
    return value


@story
async def test_sessions_are_kept_in_any_database(tmp_path: Path, database_url: str) -> None:
    async with desk(tmp_path, database_url) as at:
        id = await at.open()
        await at.set(id, "one", 5)
        await at.set(id, "two", 6)
        await at.undo(id)
        version = await at.sessions.keep_version(id, "one is five")
    async with desk(tmp_path, database_url) as at:
        assert await at.open() == id
        await at.redo(id)
        await at.sessions.restore(id, version.id, "ben", "r")
        assert [await at.value(id, name) for name in ("one", "two")] == [5, 2]
        await at.sessions.close(id)
