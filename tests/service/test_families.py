"""The families of the models on a level, as their files tell them."""

import json
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.declare.registry import installed
from engine.graph.levels import Level
from engine.service.families import Families
from engine.service.insides import Insides
from engine.service.records import GraphSource
from engine.service.workspace import Workspace
from tests.nodes.diffusion import tiny
from tests.service.desk import Desk, desk, story


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models: one takes texts of the width that Stable Diffusion 1.5 has, the other narrower ones."""
    folder = tmp_path_factory.mktemp("models")
    tiny.save(folder / "broad", cross_attention_dim=768)
    tiny.save(folder / "narrow")
    return folder


@asynccontextmanager
async def inside(
    folder: Path, models: Path, graph: dict[str, Any]
) -> AsyncGenerator[tuple[Desk, Insides, str]]:
    """A session of a graph that lies beside the models."""
    async with desk(folder, nodes=installed()) as at:
        shutil.copytree(models, at.folder, dirs_exist_ok=True)
        at.file("graph.json", graph)
        id = (await at.sessions.open(GraphSource(name="graph.json"))).id
        workspace = Workspace(at.folder, at.headless.settings)
        yield at, Insides(at.sessions, workspace, at.headless.registry), id


def loader(folder: str | None = None) -> dict[str, Any]:
    return {"type": "load.diffusers", "params": {"folder": folder} if folder else {}}


@story
async def test_a_loader_tells_the_family_of_its_folder_and_of_another_once_it_is_chosen(
    tmp_path: Path, models: Path
) -> None:
    nodes = {"one": loader("broad"), "two": loader("narrow"), "decode": {"type": "vae.decode"}}
    async with inside(tmp_path, models, {"nodes": nodes}) as (at, insides, id):
        before = await insides.interfaces(id)
        choose = {"op": "set_param", "name": "one", "port": "folder", "value": "narrow"}
        await at.edit(id, choose)
        after = await insides.interfaces(id)

        assert set(before) == {"one", "two"}
        assert (before["one"].kind, list(before["one"].outputs)) == (
            "node",
            ["denoiser", "vae", "text_encoder", "scheduler"],
        )
        assert before["one"].families == {"F": "sd1"}
        assert before["two"].families == after["one"].families == {"F": "sd-32-4"}


@story
async def test_what_no_file_tells_is_left_out(tmp_path: Path, models: Path) -> None:
    nodes = {
        "gone": loader("nowhere"),
        "outside": loader("../one"),
        "broken": loader("broken"),
        "linked": {"type": "load.diffusers", "links": {"folder": "gone.vae"}},
        "lifted": {"type": "load.diffusers", "over": ["folder"], "params": {"folder": ["broad"]}},
        "by_default": loader(),
    }
    async with inside(tmp_path, models, {"nodes": nodes}) as (at, insides, id):
        (at.folder / "broken").mkdir()
        (at.folder / "broken" / "model_index.json").write_text("{")
        shutil.copytree(models / "narrow", at.folder / "emoji")

        found = {name: one.families for name, one in (await insides.interfaces(id)).items()}

        assert set(found) == {"lifted", "by_default"}
        assert found["lifted"] == {}
        assert found["by_default"] == {"F": "sd-32-4"}


@story
async def test_a_folder_may_be_named_by_an_input_of_the_graph_outside(tmp_path: Path, models: Path) -> None:
    inner = {"inputs": {"model": {"to": ["load.folder"]}}, "nodes": {"load": loader()}}
    graph = {
        "inputs": {"folder": {"to": ["outer.model"], "default": "broad"}},
        "nodes": {"outer": {"graph": inner}, "typed": {"graph": inner, "params": {"model": "narrow"}}},
    }
    async with inside(tmp_path, models, graph) as (_, insides, id):
        outer = (await insides.interfaces(id, "outer"))["load"]
        typed = (await insides.interfaces(id, "typed"))["load"]

        assert (outer.families, typed.families) == ({"F": "sd1"}, {"F": "sd-32-4"})


@story
async def test_files_are_read_anew_only_when_they_changed(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with inside(tmp_path, models, {"nodes": {"one": loader("broad")}}) as (at, _, id):
        graph = await at.sessions.graph(id)
        node = at.headless.registry.find("load.diffusers")
        assert node is not None
        read, asked = node.companions["infer"], list[Path]()

        def counting(folder: Path) -> dict[str, str]:
            asked.append(folder)
            return read(folder)

        monkeypatch.setitem(node.companions, "infer", counting)
        families, level = Families(at.headless.registry), Level(graph)
        opened = await at.sessions.opened(id)
        files = at.sessions.beside(opened).files.resolve
        first, again = families.of(level, files), families.of(level, files)
        config = at.folder / "broad" / "unet" / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | {"cross_attention_dim": 1024}))
        third = families.of(level, files)

        assert first == again == {"one": {"F": "sd1"}}
        assert third == {"one": {"F": "sd2"}}
        assert len(asked) == 2
