from pathlib import Path

import pytest

from engine.graph.edit import Refused
from engine.service.versions import NoVersion
from tests.service.desk import desk, story


@story
async def test_a_version_is_restored_as_an_edit_that_can_be_taken_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.set(id, "one", 5)
        version = await at.sessions.keep_version(id, "five")
        assert (version.name, version.seq) == ("five", 1)
        await at.edit(id, {"op": "remove", "names": ["one"]}, {"op": "describe", "fields": {"title": ""}})
        await at.sessions.restore(id, version.id, "ben", "r")
        assert at.edits()[-1].client == "ben"
        assert await at.value(id) == 5
        assert (await at.sessions.graph(id)).title == "Sums"
        await at.undo(id, client="ben")

        assert "one" not in (await at.sessions.graph(id)).nodes


@story
async def test_a_version_of_another_session_is_none_of_this_one(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id, other = await at.open(), (await at.sessions.open()).id
        version = await at.sessions.keep_version(other, "empty")

        with pytest.raises(NoVersion):
            await at.sessions.restore(id, version.id, "anna", "r")


@story
async def test_a_branch_begins_at_a_version_an_edit_or_now(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
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
        assert [await at.value(branch.id) for branch in branches] == [5, 6, 1, 7]
        assert {(branch.name, branch.seq) for branch in branches} == {("", 0)}
        await at.set(branches[0].id, "one", 9)

        assert await at.value(id) == 7
        with pytest.raises(Refused, match="from 0 to 3, got 4"):
            await at.sessions.branch(id, seq=4)
