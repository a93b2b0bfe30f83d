import io

import pytest
from PIL import Image

from tests.service.samples import png
from tests.web.asking import Asking

PICTURE = png(40, 20)


@pytest.fixture
def url(server: Asking) -> str:
    """Where the picture of a run is."""
    answer = server.post("/api/graphs/picture/run?wait=30", {})
    return answer.json()["outputs"]["image"][0]["url"]


def test_a_file_never_changes_under_its_address(server: Asking, url: str) -> None:
    answer = server.get(url)
    assert (answer.content, answer.headers["content-length"]) == (PICTURE, str(len(PICTURE)))
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["etag"] == f'"{url.rpartition("/")[2]}"'
    assert answer.headers["content-disposition"].startswith("inline")


def test_a_file_is_saved_under_the_name_that_is_asked_for(server: Asking, url: str) -> None:
    said = server.get(url, params={"name": 'a "tree".png'}).headers["content-disposition"]
    assert said == "inline; filename*=utf-8''a%20%22tree%22.png"


def test_who_has_a_file_is_not_sent_it_again(server: Asking, url: str) -> None:
    etag = server.get(url).headers["etag"]
    answer = server.get(url, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


@pytest.mark.parametrize(
    ("range", "part"),
    [
        ("bytes=0-3", PICTURE[:4]),
        ("bytes=4-", PICTURE[4:]),
        ("bytes=-5", PICTURE[-5:]),
        ("bytes=3-99999", PICTURE[3:]),
    ],
)
def test_a_range_is_sent_alone(server: Asking, url: str, range: str, part: bytes) -> None:
    answer = server.get(url, headers={"range": range})
    assert (answer.status_code, answer.content) == (206, part)
    assert answer.headers["content-range"].endswith(f"/{len(PICTURE)}")


@pytest.mark.parametrize("range", ["bytes=99999-", "bytes=-0"])
def test_a_range_that_the_file_has_not_is_a_failure(server: Asking, url: str, range: str) -> None:
    answer = server.get(url, headers={"range": range})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(PICTURE)}")
    assert answer.json()["error"].startswith("expected a part of the file's")


@pytest.mark.parametrize(
    "range", ["bytes=3-1", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4", "bytes=" + "9" * 5000 + "-"]
)
def test_a_range_that_makes_no_sense_is_none(server: Asking, url: str, range: str) -> None:
    answer = server.get(url, headers={"range": range})
    assert (answer.status_code, answer.content) == (200, PICTURE)


def test_a_range_of_another_version_is_none(server: Asking, url: str) -> None:
    etag = server.get(url).headers["etag"]
    for condition, status in ((etag, 206), ('"other"', 200)):
        assert server.get(url, headers={"range": "bytes=0-3", "if-range": condition}).status_code == status


def test_the_headers_are_told_without_the_file(server: Asking, url: str) -> None:
    answer = server.run(server.client.head(url))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PICTURE))


def test_a_thumbnail_is_a_small_picture(server: Asking, url: str) -> None:
    answer = server.get(f"{url}/thumbnail?size=64")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["etag"] != server.get(url).headers["etag"]
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (40, 20)


@pytest.mark.parametrize("digest", ["0" * 64, "..", "%2e%2e%2fservice.sqlite", "a%00b", "x" * 5000])
def test_a_digest_leads_nowhere_but_to_files_of_runs(server: Asking, digest: str) -> None:
    assert server.get(f"/api/artifacts/{digest}").status_code == 404
    assert server.get(f"/api/artifacts/{digest}/thumbnail").status_code == 404
