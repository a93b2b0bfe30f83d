import io
from pathlib import Path

import pytest
from PIL import Image

from tests.service.samples import png
from tests.web.asking import Asking


@pytest.fixture
def pictures(server: Asking, folder: Path) -> Path:
    (folder / "cats").mkdir()
    (folder / "cats" / "tom.png").write_bytes(png(40, 20))
    (folder / "words.txt").write_text("words")
    return folder


def test_the_files_of_the_workspace_are_listed(server: Asking, pictures: Path) -> None:
    found = server.get("/api/files?suffix=.png&suffix=.jpg").json()
    assert (found["files"], found["folders"], found["more"]) == ([], [{"name": "cats", "count": 1}], False)
    [file] = server.get("/api/files?folder=cats").json()["files"]
    assert (file["name"], file["media"], file["size"]) == ("cats/tom.png", "image/png", len(png(40, 20)))


def test_an_upload_is_not_among_them(server: Asking, pictures: Path) -> None:
    id = server.post("/api/uploads", content=png()).json()["id"]
    assert server.get(f"/api/files?text={id}").json()["files"] == []
    assert server.get("/api/files/picture", params={"name": id}).status_code == 404


def test_an_unknown_root_is_refused(server: Asking) -> None:
    assert server.get("/api/files?root=home").status_code == 422


def test_a_listed_picture_is_shown_small_and_whole(server: Asking, pictures: Path) -> None:
    answer = server.get("/api/files/picture?name=cats/tom.png&size=16")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (16, 8))
    whole = server.get("/api/files/picture?name=cats/tom.png&size=0")
    assert (whole.content, whole.headers["content-type"]) == (png(40, 20), "image/png")
    assert "sandbox" in whole.headers["content-security-policy"]


def test_a_picture_that_was_replaced_is_sent_anew(server: Asking, pictures: Path) -> None:
    address = "/api/files/picture?name=cats/tom.png&size=16"
    tag = server.get(address).headers["etag"]
    assert server.get(address, headers={"if-none-match": tag}).status_code == 304
    (pictures / "cats" / "tom.png").write_bytes(png(20, 40))
    assert server.get(address, headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("name", "status"), [("words.txt", 415), ("../home/service.sqlite", 404), ("no", 404)]
)
def test_what_is_no_listed_picture_is_refused(server: Asking, pictures: Path, name: str, status: int) -> None:
    assert server.get("/api/files/picture", params={"name": name}).status_code == status
