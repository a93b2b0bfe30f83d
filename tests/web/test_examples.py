from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.graph.document import Graph
from engine.graph.lineage import lineages
from engine.service.examples import file_name
from engine.settings import Settings
from server import create_app
from tests.service.samples import png
from tests.web.asking import Asking
from tests.web.conftest import PICTURE

PIXELS = png(4, 2)
Tree = dict[str, Any]


def name_of(tree: Tree, instance: str = "draw") -> str:
    return lineages(Graph.model_validate(tree), lambda _: Graph())[instance] + ".out"


@pytest.fixture
def example(settings: Settings) -> str:
    """Name of the example of the template with a picture; any bytes do for it."""
    name = name_of(PICTURE)
    folder = settings.library_roots[0] / "examples" / "picture"
    folder.mkdir(parents=True)
    (folder / file_name("image", *name.split("."))).write_bytes(PIXELS)
    return name


def test_the_list_of_templates_tells_of_their_examples(example: str, server: Asking) -> None:
    told = {one["name"]: one["example"] for one in server.get("/api/templates").json()}
    assert told == {"picture": example, "product": ""}
    assert [one["name"] for one in server.get("/api/library").json()] == ["picture.json", "product.json"]


def test_examples_are_not_among_the_files_to_choose_from(example: str, server: Asking) -> None:
    found = server.get("/api/files?suffix=.webp").json()
    assert (found["files"], found["folders"]) == ([], [])
    assert server.get("/api/files?text=image&suffix=.webp").json()["files"] == []


def test_an_example_is_kept_and_asked_about(example: str, server: Asking) -> None:
    answer = server.get(f"/api/examples/{example}")
    assert (answer.content, answer.headers["content-type"]) == (PIXELS, "image/webp")
    assert answer.headers["cache-control"] == "no-cache"
    again = server.get(f"/api/examples/{example}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.out", "..", "%2e%2e%2fpicture.json", "picture", "0123.out"])
def test_what_is_no_example_is_not_there(name: str, example: str, server: Asking) -> None:
    assert server.get(f"/api/examples/{name}").status_code == 404


def test_no_link_leads_out_of_the_examples(example: str, settings: Settings, server: Asking) -> None:
    secret = settings.home.parent / "secret.webp"
    secret.write_bytes(b"secret")
    folder = settings.library_roots[0] / "examples" / "picture"
    (folder / "image.00ff.out.webp").symlink_to(secret)
    assert server.get("/api/examples/00ff.out").status_code == 404


def test_other_pictures_among_the_examples_do_no_harm(
    example: str, settings: Settings, server: Asking
) -> None:
    folder = settings.library_roots[0] / "examples" / "picture"
    (folder / "cover.webp").write_bytes(PIXELS)
    (folder / "image.00ff.out.webp").mkdir()
    told = {one["name"]: one["example"] for one in server.get("/api/templates").json()}
    assert told["picture"] == example
    assert server.get("/api/examples/00ff.out").status_code == 404


def test_an_open_graph_has_an_example_while_nothing_changes_what_it_shows(
    example: str, server: Asking
) -> None:
    def told() -> Tree:
        return server.get(f"/api/sessions/{session}/examples").json()

    def edit(*operations: Tree) -> None:
        told = {"client": "anna", "token": str(operations), "operations": operations}
        assert server.post(f"/api/sessions/{session}/edit", told).status_code == 200

    def width(pixels: int) -> Tree:
        return {"op": "expose_input", "name": "width", "input": {"to": ["draw.width"], "default": pixels}}

    session = server.post("/api/sessions", {"name": "picture"}).json()["id"]
    assert told() == {"draw": {"out": example}}
    edit({"op": "add", "name": "other", "instance": {"type": "math.add"}}, width(40))
    assert told() == {"draw": {"out": example}}
    edit(width(41))
    assert told() == {}
    server.post(f"/api/sessions/{session}/undo", {"client": "anna", "token": "back"})
    assert told() == {"draw": {"out": example}}


def test_a_template_that_was_changed_has_its_example_no_more(
    example: str, settings: Settings, server: Asking
) -> None:
    draw = {**PICTURE["nodes"]["draw"], "params": {"height": 21}}
    Graph.model_validate({**PICTURE, "nodes": {"draw": draw}}).write(
        settings.library_roots[0] / "picture.json"
    )
    told = {one["name"]: one["example"] for one in server.get("/api/templates").json()}
    assert told["picture"] == ""


def test_a_session_that_is_not_there_has_no_examples(server: Asking) -> None:
    assert server.get("/api/sessions/nobody/examples").status_code == 404


def test_the_shipped_examples_are_told_with_the_shipped_graphs(tmp_path: Path) -> None:
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path / "home")})
    with Asking(create_app(settings, tmp_path / "workspace")) as server:
        told = {one["name"]: one["example"] for one in server.get("/api/templates").json()}
        assert told["text_to_image"]
        assert server.get(f"/api/examples/{told['text_to_image']}").content[8:12] == b"WEBP"
        session = server.post("/api/sessions", {"name": "text_to_image"}).json()["id"]
        shown = server.get(f"/api/sessions/{session}/examples").json()
        assert shown["upscale"] == {"out": told["text_to_image"]}
        assert set(shown) == {"upscale", "decode"}
