"""What somebody else does to the file of an open graph is merged or becomes a choice, never overwritten."""

from pathlib import Path
from typing import Any

import pytest

from engine.graph.document import Graph
from engine.graph.edit import Refused
from engine.service.protocol import Choice, Saved
from engine.service.records import GraphSource
from engine.service.sessions import LOOK
from tests.service.desk import Desk, desk, set_value, story


def tree(one: Any = 1, two: Any = 2, **fields: Any) -> dict[str, Any]:
    nodes = {
        name: {"type": "t.number", "params": {"value": value}} for name, value in (("one", one), ("two", two))
    }
    return {"nodes": nodes, **fields}


async def opened(at: Desk) -> str:
    at.file(tree=tree())
    return (await at.sessions.open(GraphSource(name="sum"))).id


async def values(at: Desk, id: str) -> list[Any]:
    nodes = (await at.sessions.graph(id)).nodes
    return [nodes[name].params["value"] if name in nodes else None for name in ("one", "two")]


def choice(at: Desk) -> Choice:
    return at.told.of(Choice)[-1]


@story
async def test_a_change_of_the_file_is_noticed_and_becomes_an_edit_that_everyone_sees(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        at.file(tree=tree(one=9))
        await at.pass_(LOOK)

        assert await values(at, id) == [9, 2]
        [edit] = at.edits()
        assert (edit.number, edit.client, edit.notice) == (1, "", "another program changed the file")
        assert (await at.sessions.get(id)).saved == 1
        assert [saved.seq for saved in at.told.of(Saved)] == [1]
        assert at.told.of(Choice) == []


@story
async def test_a_file_that_only_looks_new_is_no_change(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await opened(at)
        at.file(tree=tree())
        await at.pass_(LOOK)
        at.file().touch()
        await at.pass_(LOOK)

        assert at.edits() == []


@story
async def test_what_a_file_means_counts_not_how_it_is_written(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        data = at.file().read_bytes().replace(b"\n", b"  ")
        at.file().write_bytes(data)
        await at.pass_(60)
        await at.sessions.save(id)

        assert at.edits() == []
        assert at.file().read_bytes() == data


@story
async def test_changes_of_both_sides_are_merged_and_the_file_gets_ours(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        at.file(tree=tree(two=9, title="Theirs"))
        await at.pass_(LOOK)
        assert await values(at, id) == [5, 9]
        await at.pass_(1)

        assert at.written() == await at.sessions.graph(id) == Graph.model_validate(tree(5, 9, title="Theirs"))


@story
async def test_a_change_between_two_looks_is_found_when_the_file_is_written(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        at.file(tree=tree(two=9))
        await at.sessions.save(id)

        assert at.written() == await at.sessions.graph(id) == Graph.model_validate(tree(5, 9))


@story
async def test_what_others_changed_can_not_be_taken_back_by_a_client(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        at.file(tree=tree(one=9))
        await at.sessions.look(id)

        with pytest.raises(Refused):
            await at.undo(id)


@story
async def test_a_place_that_both_changed_is_a_choice_and_the_file_waits(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        at.file(tree=tree(one=7, two=9))
        await at.sessions.look(id)

        assert await values(at, id) == [5, 9]
        place = "nodes/one/params/value"
        assert choice(at).conflicts == (
            {
                "instance": "one",
                "field": "params.value",
                "base": {place: 1},
                "ours": {place: 5},
                "theirs": {place: 7},
            },
        )
        await at.edit(id, set_value("two", 8))
        await at.pass_(60)
        with pytest.raises(Refused, match="Choose"):
            await at.sessions.save(id)
        assert at.written() == Graph.model_validate(tree(7, 9))
        assert at.told.of(Saved) == []
        snapshot: Any = await at.sessions.snapshot(id)
        assert (snapshot["choice"], snapshot["conflicts"]) == (choice(at).id, choice(at).conflicts)


@pytest.mark.parametrize(("side", "chosen"), [("ours", 5), ("theirs", 7), ("base", 1)])
@story
async def test_choosing_a_side_settles_it(tmp_path: Path, side: Any, chosen: int) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        at.file(tree=tree(one=7, two=9))
        await at.sessions.look(id)
        told = choice(at).id
        for _ in range(2):  # the answer got lost
            await at.sessions.resolve(id, told, [side], "ben", "r")
        assert (choice(at).id, choice(at).conflicts) == (told, ())
        await at.pass_(1)

        assert await values(at, id) == [chosen, 9]
        assert at.written() == await at.sessions.graph(id)
        if side != "ours":
            await at.undo(id, client="ben")
            assert await values(at, id) == [5, 9]


@story
async def test_ours_is_what_it_is_when_it_is_chosen(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        at.file(tree=tree(one=7))
        await at.sessions.look(id)
        await at.edit(id, set_value("one", 6))
        await at.sessions.resolve(id, choice(at).id, ["ours"], "anna", "r")
        await at.pass_(1)

        assert at.written() == Graph.model_validate(tree(one=6))


@story
async def test_an_instance_that_one_side_removed_is_chosen_whole(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        only_two = {"nodes": {"two": tree()["nodes"]["two"]}}
        at.file(tree=only_two)
        await at.sessions.look(id)
        assert [(one["instance"], one["field"]) for one in choice(at).conflicts] == [("one", "")]
        await at.edit(id, {"op": "set_fields", "name": "one", "fields": {"title": "Later"}})
        await at.sessions.resolve(id, choice(at).id, ["theirs"], "anna", "r")

        assert await at.sessions.graph(id) == Graph.model_validate(only_two)


@story
async def test_a_side_of_an_instance_that_is_gone_by_now_is_not_brought_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        at.file(tree=tree(one=7))
        await at.sessions.look(id)
        await at.edit(id, {"op": "remove", "names": ["one"]})
        await at.sessions.resolve(id, choice(at).id, ["theirs"], "anna", "r")

        assert set((await at.sessions.graph(id)).nodes) == {"two"}


@story
async def test_sides_that_do_not_fit_and_old_choices_are_refused(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        with pytest.raises(Refused, match="choice"):
            await at.sessions.resolve(id, "any", ["ours"], "anna", "r")
        at.file(tree=tree(one=7))
        await at.sessions.look(id)
        first = choice(at).id
        with pytest.raises(Refused, match="each of 1 conflicts, got 2"):
            await at.sessions.resolve(id, first, ["ours", "ours"], "anna", "r")
        at.file(tree=tree(one=8))
        await at.sessions.look(id)
        with pytest.raises(Refused, match="another one"):
            await at.sessions.resolve(id, first, ["theirs"], "anna", "r")
        await at.sessions.resolve(id, choice(at).id, ["theirs"], "anna", "r")

        assert await values(at, id) == [8, 2]


@story
async def test_a_choice_is_withdrawn_when_the_file_is_as_it_was(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        at.file(tree=tree(one=7, two=9))
        await at.sessions.look(id)
        assert choice(at).conflicts
        at.file(tree=tree())
        await at.sessions.look(id)
        assert choice(at).conflicts == ()
        await at.pass_(1)

        assert at.written() == await at.sessions.graph(id) == Graph.model_validate(tree(one=5))


@story
async def test_a_choice_outlives_the_server(tmp_path: Path) -> None:
    for stopped in (True, False):
        async with desk(tmp_path / f"{stopped}", stopped=stopped) as at:
            id = await opened(at)
            await at.edit(id, set_value("one", 5))
            at.file(tree=tree(one=7, two=9))
            await at.sessions.look(id)
            told = choice(at)
        async with desk(tmp_path / f"{stopped}") as at:
            await at.sessions.get(id)
            assert choice(at) == told
            await at.pass_(60)
            assert at.written() == Graph.model_validate(tree(7, 9))
            await at.sessions.resolve(id, told.id, ["theirs"], "anna", "r")

            assert await values(at, id) == [7, 9]


@story
async def test_positions_are_no_choice(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, {"op": "move", "positions": {"one": [1, 1]}})
        at.file(tree=tree(view={"one": {"at": [2, 2]}, "two": {"at": [2, 2]}}))
        await at.sessions.look(id)

        assert (await at.sessions.graph(id)).view == {"one": {"at": [1, 1]}, "two": {"at": [2, 2]}}
        assert at.told.of(Choice) == []


@story
async def test_a_file_that_was_removed_is_written_again_only_if_somebody_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        at.file().unlink()
        await at.edit(id, set_value("one", 5))
        await at.pass_(60)
        assert not at.file().exists()
        assert choice(at).conflicts == ({"instance": "", "field": "", "reason": "the file was removed"},)
        assert len(at.told.of(Choice)) == 1
        await at.sessions.resolve(id, choice(at).id, ["ours"], "anna", "r")
        await at.pass_(1)

        assert at.written() == await at.sessions.graph(id)


@story
async def test_a_graph_goes_on_without_its_removed_file(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        at.file().unlink()
        await at.sessions.look(id)
        record = await at.sessions.resolve(id, choice(at).id, ["theirs"], "anna", "r")
        await at.edit(id, set_value("one", 5))
        await at.pass_(60)

        assert record.name == ""
        assert not at.file().exists()
        await at.sessions.save(id, "other")
        assert at.written("other.json") == await at.sessions.graph(id)


@story
async def test_a_removed_file_that_comes_back_is_no_choice_any_more(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        at.file().unlink()
        await at.sessions.look(id)
        at.file(tree=tree(two=9))
        await at.sessions.look(id)

        assert choice(at).conflicts == ()
        assert await values(at, id) == [1, 9]


@story
async def test_a_conflict_is_not_forgotten_while_the_file_is_away(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        for _ in range(2):
            at.file(tree=tree(one=7))
            await at.sessions.look(id)
            assert len(choice(at).conflicts) == 1
            at.file().unlink()
            await at.sessions.look(id)
        at.file(tree=tree(one=7))
        await at.pass_(60)

        assert at.written() == Graph.model_validate(tree(one=7))
        assert "theirs" in choice(at).conflicts[0]


@story
async def test_a_file_that_is_half_written_waits_until_it_is_whole(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        at.file(tree=tree(two=9))
        whole = at.file().read_bytes()
        at.file().write_bytes(whole[:40])
        await at.pass_(60)
        assert at.file().read_bytes() == whole[:40]
        assert "can't be read" in str(choice(at).conflicts[0]["reason"])
        with pytest.raises(Refused, match='expected "ours"'):
            await at.sessions.resolve(id, choice(at).id, ["theirs"], "anna", "r")
        at.file().write_bytes(whole)
        await at.pass_(LOOK)

        assert choice(at).conflicts == ()
        assert await values(at, id) == [5, 9]


@story
async def test_a_broken_file_is_replaced_if_somebody_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        at.file().write_bytes(b"broken")
        await at.sessions.look(id)
        await at.sessions.resolve(id, choice(at).id, ["ours"], "anna", "r")
        await at.pass_(1)

        assert at.written() == await at.sessions.graph(id)


@story
async def test_a_file_changed_while_nobody_had_it_open_is_merged_when_it_is_opened(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        await at.sessions.close(id)
        at.file(tree=tree(one=5, two=9))
        assert (await at.sessions.open(GraphSource(name="sum"))).id == id

        assert await values(at, id) == [5, 9]
        await at.undo(id)
        assert await values(at, id) == [1, 9]


@story
async def test_a_server_that_was_killed_after_it_wrote_knows_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, stopped=False) as at:
        id = await opened(at)
        await at.edit(id, set_value("one", 5))
        with monkeypatch.context() as patch:
            patch.setattr("engine.service.saving.Copy", killed)
            with pytest.raises(Killed):
                await at.sessions.save(id)
        await at.edit(id, set_value("one", 6))
    assert at.written() == Graph.model_validate(tree(one=5))
    async with desk(tmp_path) as at:
        assert (await at.sessions.get(id)).saved == 1
        await at.pass_(1)

        assert at.told.of(Choice) == []
        assert at.written() == Graph.model_validate(tree(one=6))


class Killed(Exception):
    """The server is gone."""


def killed(*_: object) -> None:
    raise Killed


@story
async def test_a_file_saved_under_a_new_name_is_looked_after_like_any_other(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await opened(at)
        await at.sessions.save(id, "other")
        at.file(tree=tree(one=7))
        at.file("other.json", tree(two=9))
        await at.pass_(LOOK)

        assert await values(at, id) == [1, 9]
