"""Who changed which instance of a session last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.graph.document import Graph
from engine.graph.edit import Patch, Write
from engine.service.authors import Authors
from tests.service.desk import desk, set_value, story


async def told(at: Any, id: str) -> dict[str, tuple[str, set[str]]]:
    """Name and instances by client."""
    snapshot = await at.sessions.snapshot(id)
    return {one["client"]: (one["name"], set(one["changed"])) for one in snapshot["authors"]}


@story
async def test_the_last_one_who_changed_an_instance_is_told_also_after_a_restart(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        assert await told(at, id) == {}
        await at.sessions.people.met("anna", "Anna")
        await at.set(id, "one", 5)
        await at.set(id, "two", 6)
        await at.set(id, "two", 7, client="ben")
        await at.edit(id, {"op": "move", "positions": {"one": [1, 2]}}, client="ben")
        expected = {"anna": ("Anna", {"one"}), "ben": ("", {"two"})}
        assert await told(at, id) == expected
    async with desk(tmp_path) as at:
        assert await told(at, id) == expected


@story
async def test_taking_back_makes_one_the_last_and_what_is_gone_has_no_author(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        id = await at.open()
        await at.edit(id, {"op": "remove", "names": ["one"]})
        assert "one" not in (await told(at, id)).get("anna", ("", set()))[1]
        await at.undo(id)
        assert "one" in (await told(at, id))["anna"][1]
        await at.edit(id, set_value("one", 3), client="ben")
        await at.edit(id, {"op": "rename", "name": "one", "to": "uno"})
        assert "uno" in (await told(at, id))["anna"][1]
        assert "ben" not in await told(at, id)


def test_what_another_program_wrote_has_no_author() -> None:
    patches = [patch("a")]
    authors = Authors()
    authors.note("anna", patches, 1)
    authors.note("", patches, 2)
    assert authors.records(Graph.model_validate({"nodes": {"a": {"type": "x"}}}), {}) == ()


def patch(name: str) -> Patch:
    return Patch(writes=(Write(where=("nodes", name, "params", "v"), old=[1], new=[2]),))
