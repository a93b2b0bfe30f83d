import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.service.samples import png
from tests.web.asking import Asking


def sent(server: Asking, data: bytes = png()) -> str:
    return server.post("/api/uploads", content=data).json()["id"]


def test_a_file_is_sent_as_the_body_and_fetched_by_its_id(server: Asking) -> None:
    answer = server.post("/api/uploads", content=png())
    record = answer.json()
    assert (answer.status_code, record["media"], record["size"]) == (201, "image/png", len(png()))
    fetched = server.get(f"/api/uploads/{record['id']}")
    assert (fetched.content, fetched.headers["content-type"]) == (png(), "image/png")
    assert server.get("/api/uploads").json() == [record]


def test_a_file_is_sent_in_a_form_too(server: Asking) -> None:
    answer = server.post("/api/uploads", files={"file": ("lie.html", png(), "text/html")})
    assert (answer.status_code, answer.json()["id"]) == (201, sent(server))


def test_the_name_of_a_file_is_shown_and_finds_nothing(server: Asking) -> None:
    form = server.post("/api/uploads", files={"file": ("cats/tom.png", png(), "image/png")}).json()
    assert form["name"] == "tom.png"
    assert server.get("/api/uploads/tom.png").status_code == 404
    body = server.post("/api/uploads?name=poem.txt", content=b"words").json()
    assert [one["name"] for one in server.get("/api/uploads").json() if one["id"] == body["id"]] == [
        "poem.txt"
    ]


def test_a_picture_is_shown_small(server: Asking) -> None:
    id = sent(server, png(40, 20))
    answer = server.get(f"/api/uploads/{id}/thumbnail?size=16")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (16, 8))
    known = {"if-none-match": answer.headers["etag"]}
    assert server.get(f"/api/uploads/{id}/thumbnail?size=16", headers=known).status_code == 304
    assert server.get(f"/api/uploads/{id}/thumbnail?size=4").status_code == 422
    words = sent(server, b"words")
    assert server.get(f"/api/uploads/{words}/thumbnail").status_code == 415


def test_a_form_without_a_file_or_in_pieces_is_refused(server: Asking) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert server.post("/api/uploads", content=b"--x--\r\n", headers=headers).status_code == 422
    assert server.post("/api/uploads", content=b"nonsense", headers=headers).status_code == 400
    files = [("file", ("a", png())), ("file", ("b", png()))]
    assert server.post("/api/uploads", files=files).status_code == 400


def test_an_upload_is_deleted(server: Asking) -> None:
    id = sent(server)
    assert server.delete(f"/api/uploads/{id}").status_code == 204
    assert server.get(f"/api/uploads/{id}").status_code == 404
    assert server.delete(f"/api/uploads/{id}").status_code == 404


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x7fELF\x02", 415),
        (b"PK\x03\x04", 415),
        (png()[:-30], 422),
        (b'{"no": "graph"}', 422),
        (png(claimed=(100_000, 100_000)), 413),
        (b"a" * 10_001, 413),
    ],
    ids=["program", "archive", "half a picture", "no graph", "pixel bomb", "too large"],
)
def test_what_is_not_taken_is_refused_and_not_kept(
    server: Asking, tmp_path: Path, data: bytes, status: int
) -> None:
    assert server.post("/api/uploads", content=data).status_code == status
    assert list((tmp_path / "home" / "uploads").iterdir()) == []


def test_a_body_far_beyond_the_limit_is_not_even_read(server: Asking) -> None:
    answer = server.post("/api/uploads", content=b"a", headers={"content-length": str(10**12)})
    assert answer.status_code == 413


def test_a_graph_names_an_upload_by_its_id(server: Asking) -> None:
    id = sent(server, b"one\ntwo\n")
    graph = {
        "knotwork": 1,
        "nodes": {"lines": {"type": "text.lines", "params": {"file": id}}},
        "outputs": {"lines": "lines.out"},
    }
    request = {"graph": {"document": graph}}
    [run] = server.post("/api/runs?wait=30", request).json()
    assert [one["value"] for one in run["artifacts"]] == [["one", "two"]]


def test_a_graph_names_no_other_file_of_the_machine(server: Asking, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (tmp_path / "workspace" / "linked.txt").symlink_to(secret)
    for name in (str(secret), "../secret.txt", "linked.txt", "../service.sqlite", "a\0b.txt"):
        graph = {"knotwork": 1, "nodes": {"lines": {"type": "text.lines", "params": {"file": name}}}}
        answer = server.post("/api/runs", {"graph": {"document": graph}})
        assert answer.status_code == 422
        assert answer.json()["problems"][0]["code"] in ("file-outside", "file-missing")


def test_markup_that_was_sent_is_shown_as_text_in_a_sandbox(server: Asking) -> None:
    id = sent(server, b"<script>alert(1)</script>")
    headers = server.get(f"/api/uploads/{id}").headers
    assert headers["content-type"].startswith("text/plain")
    assert "sandbox" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_what_a_browser_does_not_show_is_saved(server: Asking) -> None:
    id = sent(server, json.dumps({"knotwork": 1}).encode())
    assert server.get(f"/api/uploads/{id}").headers["content-disposition"].startswith("attachment")
