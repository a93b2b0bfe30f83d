"""What there is: nodes, types, models, settings, and whether the server is well."""

import json
from io import BytesIO
from pathlib import Path

from PIL import Image
from starlette.applications import Starlette

from engine.settings import Settings
from engine.web.page import show
from tests.service.samples import safetensors
from tests.web.asking import Asking, ask


def test_every_node_is_told_with_ports_ranges_and_help(server: Asking) -> None:
    nodes = {node["id"]: node for node in server.get("/api/nodes").json()["nodes"]}
    width = nodes["image.resize"]["inputs"]["width"]
    assert (width["type"], width["schema"]["minimum"], width["help"]) == ("int", 1, "New width in pixels.")
    assert nodes["probe.draw"]["pack"] == "local"
    assert server.get("/api/nodes/image.resize").json() == nodes["image.resize"]


def test_who_has_the_nodes_is_not_sent_them_again(server: Asking) -> None:
    etag = server.get("/api/nodes").headers["etag"]
    assert server.get("/api/nodes", headers={"if-none-match": etag}).status_code == 304


def test_the_table_says_what_may_be_linked_to_what(server: Asking) -> None:
    fits = server.get("/api/nodes").json()["fits"]
    assert fits["int"] == ["float"]
    assert fits["float"] == []
    assert fits["nodes.values.Image"] == []


def test_families_whose_weights_are_restricted_are_told_with_their_terms(server: Asking) -> None:
    licences = server.get("/api/nodes").json()["licences"]
    assert licences["dit"] == {
        "family": "DiT, class-conditional",
        "text": "CC-BY-NC 4.0: non-commercial",
        "restricted": True,
    }
    assert not licences["wan"]["restricted"]
    assert licences["sd2"] == licences["sd1"]
    assert "sd-32-4" not in licences


def test_an_unknown_node_is_told_with_the_nearest(server: Asking) -> None:
    answer = server.get("/api/nodes/image.resiz")
    assert answer.status_code == 404
    assert answer.json()["error"].endswith('Did you mean "image.resize"?')


def test_models_are_listed_and_their_headers_told(server: Asking, tmp_path: Path) -> None:
    (tmp_path / "models" / "a b").mkdir()
    (tmp_path / "models" / "a b" / "w.safetensors").write_bytes(safetensors({"w": [2, 3]}))
    Image.new("RGB", (64, 32), "red").save(tmp_path / "models" / "a b" / "w.png")
    [listed] = server.get("/api/models").json()
    assert listed["name"] == "a b/w.safetensors"
    assert server.get(f"/api/models/{listed['name']}").json()["parameters"] == 6
    picture = server.get(f"/api/models/{listed['name']}/thumbnail?size=32")
    assert (picture.headers["content-type"], Image.open(BytesIO(picture.content)).size) == (
        "image/webp",
        (32, 16),
    )
    known = {"if-none-match": picture.headers["etag"]}
    assert server.get(f"/api/models/{listed['name']}/thumbnail?size=32", headers=known).status_code == 304
    assert server.get("/api/models/no.safetensors/thumbnail").status_code == 404
    assert server.get("/api/models/..%2f..%2fhome%2fservice.sqlite").status_code == 404


def test_settings_are_told_without_any_secret(server: Asking, settings: Settings) -> None:
    told = server.get("/api/settings").json()
    assert (told["device"], told["disk_budget"]) == ("cpu", settings.disk_budget)
    assert (told["vram_budget"], told["offload"]) == (None, "none")
    assert str(settings.library_roots[0]) in told["file_roots"]
    assert not {"token", "database", "database_url", "password"} & told.keys()


def test_a_server_that_works_says_so(server: Asking) -> None:
    told = server.get("/api/health").json()
    assert (told["status"], told["epoch"]) == ("ok", server.app.state.service.channels.epoch)


def test_without_a_built_page_there_is_a_word_about_the_api(tmp_path: Path) -> None:
    app = Starlette()
    show(app, tmp_path)
    answer = ask(app, "/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "api/openapi.json" in answer.text
    assert "<script" not in answer.text


def test_the_built_page_is_shown_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>Editor</title>")
    (tmp_path / "app.js").write_text("start()")
    (tmp_path.parent / "secret.txt").write_text("secret")
    app = Starlette()
    show(app, tmp_path)
    assert ask(app, "/").text == "<title>Editor</title>"
    assert ask(app, "/app.js").headers["content-type"].startswith("text/javascript")
    assert ask(app, "/%2e%2e/secret.txt").status_code == 404


def test_files_with_digests_in_their_names_are_kept_and_the_page_is_asked_about(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Editor</title>")
    (tmp_path / "assets" / "app-1f2e.js").write_text("start()")
    app = Starlette()
    show(app, tmp_path)
    for path, kept in (
        ("/assets/app-1f2e.js", "public, max-age=31536000, immutable"),
        ("/", "no-cache"),
        ("/index.html", "no-cache"),
        ("/assets/%2e%2e/index.html", "no-cache"),
    ):
        answer = ask(app, path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, kept)
        again = ask(app, path, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, kept)


def test_what_is_asked_of_the_api_is_not_taken_for_a_file_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>Editor</title>")
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "thing.txt").write_text("no")
    app = Starlette()
    show(app, tmp_path)
    assert ask(app, "/api/thing.txt").status_code == 404
    assert ask(app, "/api/thing.txt", "DELETE").status_code == 404


def test_a_file_of_weights_that_is_damaged_is_told(server: Asking, tmp_path: Path) -> None:
    (tmp_path / "models" / "bad.safetensors").write_bytes(json.dumps({}).encode() * 10)
    answer = server.get("/api/models/bad.safetensors")
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("bad.safetensors: expected a safetensors file")
