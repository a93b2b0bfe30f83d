"""The ports of subgraphs, references, loops and lifted nodes, and what lies behind a reference."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.errors import GraphError
from engine.service.insides import Insides
from engine.service.interfaces import NoPlace
from engine.service.records import GraphSource
from engine.service.sessions import NoSession
from engine.service.workspace import Workspace
from tests.service.desk import Desk, desk, story

INNER: dict[str, Any] = {
    "title": "Inner",
    "help": "Passes on.",
    "inputs": {
        "v": {"to": ["a.value"], "title": "Vee"},
        "w": {"to": ["b.value"]},
        "n": {"to": ["num.value"], "default": 3, "help": "A number."},
        "p": {"to": ["p.value", "blur.picture"]},
    },
    "outputs": {"v": "a.out", "w": "c.out", "n": "num.out", "p": "p.out"},
    "nodes": {
        "a": {"type": "t.pass"},
        "b": {"type": "t.pass"},
        "c": {"type": "t.pass", "links": {"value": "b.out"}},
        "num": {"type": "t.number"},
        "p": {"type": "t.pass"},
        "blur": {"type": "t.blur"},
    },
}
BODY: dict[str, Any] = {
    "inputs": {"x": {"to": ["add.a"]}, "item": {"to": ["add.b"]}, "k": {"to": ["keep.value"], "default": 1}},
    "outputs": {"x": "add.out", "all": "keep.out"},
    "nodes": {"add": {"type": "t.add"}, "keep": {"type": "t.number"}},
}


@asynccontextmanager
async def inside(folder: Path, nodes: dict[str, Any]) -> AsyncGenerator[tuple[Desk, Insides, str]]:
    """A session whose instances are looked into."""
    async with desk(folder) as at:
        at.file("deep/graph.json", {"nodes": nodes})
        at.file("deep/inner.json", INNER)
        at.file("deep/outer.json", {"nodes": {"in": {"ref": "inner.json"}}})
        id = (await at.sessions.open(GraphSource(name="deep/graph.json"))).id
        workspace = Workspace(at.folder, at.headless.settings)
        yield at, Insides(at.sessions, workspace, at.headless.registry), id


@story
async def test_a_subgraph_has_the_ports_of_the_graph_inside(tmp_path: Path) -> None:
    async with inside(tmp_path, {"sub": {"graph": INNER}, "plain": {"type": "t.add"}}) as (_, insides, id):
        found = await insides.interfaces(id)
        sub = found["sub"]

        assert list(found) == ["sub"]
        assert (sub.kind, sub.title, sub.help) == ("graph", "Inner", "Passes on.")
        assert set(sub.inputs) == {"v", "w", "n", "p"}
        assert sub.inputs["n"].schema_ == {"type": "number", "default": 3}
        assert (sub.inputs["n"].required, sub.inputs["n"].help) == (False, "A number.")
        assert (sub.inputs["v"].required, sub.inputs["v"].schema_) == (True, {"title": "Vee"})


@story
async def test_types_follow_the_links_inside_and_variables_are_told_apart(tmp_path: Path) -> None:
    async with inside(tmp_path, {"sub": {"graph": INNER}}) as (_, insides, id):
        sub = (await insides.interfaces(id))["sub"]

        assert sub.outputs["p"].type == sub.inputs["p"].type == "Picture"
        assert sub.inputs["v"].shape == sub.outputs["v"].shape == {"var": "T"}
        assert sub.inputs["w"].shape == sub.outputs["w"].shape == {"var": "T2"}


@story
async def test_a_loop_takes_starts_items_or_a_count_and_gives_what_it_carries_and_collects(
    tmp_path: Path,
) -> None:
    loop = {"type": "flow.loop", "graph": BODY, "carry": {"x": {"link": "one.out"}}, "collect": ["all"]}
    nodes = {
        "one": {"type": "t.number"},
        "counts": {**loop, "count": 3},
        "goes": {**loop, "items": {"link": "one.out"}},
        "empty": {"type": "flow.loop"},
    }
    async with inside(tmp_path, nodes) as (_, insides, id):
        found = await insides.interfaces(id)

        assert {name: str(port.type) for name, port in found["goes"].inputs.items()} == {
            "x": "float",
            "items": "list of float",
            "k": "float",
        }
        assert list(found["counts"].inputs) == ["x", "count", "item", "k"]
        assert {name: port.type for name, port in found["goes"].outputs.items()} == {
            "all": "list of float",
            "x": "float",
        }
        assert found["empty"].kind == "loop"


@story
async def test_what_is_muted_lifted_or_missing_has_ports_too(tmp_path: Path) -> None:
    nodes = {
        "off": {"graph": INNER, "mode": "mute"},
        "over": {"type": "t.add", "over": ["a"]},
        "gone": {"type": "no.node", "params": {"q": 1}},
        "lost": {"ref": "nowhere.json", "links": {"r": "off.n"}},
    }
    async with inside(tmp_path, nodes) as (_, insides, id):
        found = await insides.interfaces(id)

        assert {name: one.kind for name, one in found.items()} == {
            "off": "graph",
            "over": "node",
            "gone": "missing",
            "lost": "missing",
        }
        assert set(found["off"].inputs) == set(INNER["inputs"])
        assert [found["over"].inputs[port].type for port in ("a", "b")] == ["list of float", "float"]
        assert (found["over"].outputs["out"].type, list(found["gone"].inputs)) == ("list of float", ["q"])


@story
async def test_a_level_behind_a_reference_is_told(tmp_path: Path) -> None:
    async with inside(tmp_path, {"out": {"ref": "outer.json"}}) as (_, insides, id):
        found = await insides.interfaces(id, "out")

        assert (found["in"].kind, found["in"].title) == ("ref", "Inner")
        assert await insides.interfaces(id, "out/in") == {}


@story
async def test_an_edit_inside_a_subgraph_or_in_another_file_is_seen(tmp_path: Path) -> None:
    nodes = {"sub": {"graph": INNER}, "ref": {"ref": "inner.json"}}
    async with inside(tmp_path, nodes) as (at, insides, id):
        before = await insides.interfaces(id)
        expose = {
            "op": "expose_input",
            "at": "sub",
            "name": "more",
            "input": {"to": ["blur.radius"], "default": 2},
        }
        await at.edit(id, expose)
        at.file("deep/inner.json", {**INNER, "title": "Other"})
        after = await insides.interfaces(id)

        assert "more" not in before["sub"].inputs
        assert "more" in after["sub"].inputs
        assert (before["ref"].title, after["ref"].title) == ("Inner", "Other")


@story
async def test_a_path_that_leads_nowhere_is_refused_by_its_name(tmp_path: Path) -> None:
    async with inside(tmp_path, {"sub": {"graph": INNER}, "lost": {"ref": "nowhere.json"}}) as (
        _,
        insides,
        id,
    ):
        for at in ("nobody", "sub/a", "sub/a/b", "/", "sub/", "../sub"):
            with pytest.raises(NoPlace, match="expected an instance with a graph inside"):
                await insides.interfaces(id, at)
        with pytest.raises(GraphError, match=r"lost: expected a file"):
            await insides.interfaces(id, "lost")
        with pytest.raises(NoSession):
            await insides.interfaces("nobody")


@story
async def test_a_reference_is_told_with_the_name_that_it_is_opened_by(tmp_path: Path) -> None:
    nodes = {"out": {"ref": "outer.json"}, "sub": {"graph": INNER}, "kept": {"ref": "kept.json"}}
    async with inside(tmp_path, nodes) as (at, insides, id):
        (tmp_path / "library" / "kept.json").write_text('{"knotwork": 1, "title": "Kept"}')
        outer, inner = [await insides.reference(id, path) for path in ("out", "out/in")]
        kept = await insides.reference(id, "kept")

        assert (outer.name, inner.name, kept.name) == ("deep/outer.json", "deep/inner.json", "kept")
        assert (inner.document["title"], inner.document["knotwork"]) == ("Inner", 1)
        assert (await at.sessions.open(GraphSource(name=inner.name))).title == "Inner"
        for path in ("sub", "nobody", "out/nobody", "", "sub/a"):
            with pytest.raises(NoPlace, match="expected an instance"):
                await insides.reference(id, path)


@story
async def test_a_reference_that_leads_out_of_the_folders_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"knotwork": 1, "title": "Secret"}')
    nodes = {"up": {"ref": "../../secret.json"}, "root": {"ref": str(tmp_path / "secret.json")}}
    async with inside(tmp_path, nodes) as (_, insides, id):
        for path in nodes:
            with pytest.raises(GraphError) as caught:
                await insides.reference(id, path)
            assert [one.code for one in caught.value.problems] == ["file-outside"]
