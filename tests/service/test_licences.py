"""Which instances of a graph load weights that are restricted in the wild."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine import Graph
from engine.declare.listing import Listing
from engine.declare.registry import installed
from engine.executors.headless import Headless
from engine.service.licences import Flag, flags, licences
from engine.settings import Settings
from nodes.families import stable_audio
from tests.nodes.diffusion import tiny
from tests.nodes.families import tiny_pixels

TERMS = "CC-BY-NC 4.0: non-commercial"
OWN = "Apache-2.0"
"""Under which what is shipped is itself."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of classes, whose weights are restricted, and one of texts."""
    folder = tmp_path_factory.mktemp("models")
    tiny_pixels.save_dit(folder / "classes")
    tiny.save(folder / "texts", cross_attention_dim=768)
    return folder


def flagged(models: Path, home: Path, nodes: dict[str, Any]) -> list[Flag]:
    graph = Graph.read(json.dumps({"knotwork": 1, "nodes": nodes}).encode())
    with Headless(Settings(home=home, model_roots=(models,)), base=home) as headless:
        return flags(graph, headless.registry, headless.files.resolve, headless.reference)


def loader(folder: str, **more: Any) -> dict[str, Any]:
    return {"type": "load.diffusers", "params": {"folder": folder}, **more}


def test_a_loader_is_flagged_by_the_family_of_what_it_loads(models: Path, tmp_path: Path) -> None:
    found = flagged(models, tmp_path, {"one": loader("classes"), "two": loader("texts"), "no": loader("no")})

    assert found == [Flag("one", "DiT, class-conditional", TERMS)]


def test_so_is_one_in_a_subgraph_but_none_that_is_muted(models: Path, tmp_path: Path) -> None:
    inner = {"graph": {"nodes": {"load": loader("classes"), "still": loader("classes", mode="mute")}}}

    assert [one.instance for one in flagged(models, tmp_path, {"outer": inner})] == ["outer/load"]


def test_a_node_for_restricted_weights_is_flagged_whatever_it_loads(models: Path, tmp_path: Path) -> None:
    nodes = {"depth": {"type": "load.depth"}, "seconds": {"type": "conditioning.seconds"}}
    depth, seconds = flagged(models, tmp_path, nodes)

    assert (depth.instance, depth.family) == ("depth", "")
    assert depth.licence.startswith("Depth Anything V2 Base and Large: CC BY-NC 4.0")
    assert seconds == Flag("seconds", "", stable_audio.FAMILY.licence)


def test_a_family_goes_by_all_of_its_names_and_one_without_terms_by_none() -> None:
    known = Listing("blobs", "Blobs", (), (), "", "", "MIT", also=("blobs2",))
    unknown = Listing("drops", "Drops", (), (), "", "")
    terms = licences([known, unknown])

    assert terms.keys() == {"blobs", "blobs2"}
    assert (terms["blobs2"].family, terms["blobs2"].text, terms["blobs2"].restricted) == (
        "Blobs",
        "MIT",
        False,
    )


def test_a_shipped_model_is_under_nobody_elses_terms() -> None:
    node = installed().find("load.diffusers")
    assert node is not None
    built_in = Settings.load().model_roots[-1]
    names = [index.parent for index in built_in.glob("*/model_index.json")]
    families = {node.companions["infer"](folder=folder)["F"] for folder in names}

    terms = licences(installed().families())

    assert names
    assert {terms[family].text for family in families & terms.keys()} <= {OWN}
