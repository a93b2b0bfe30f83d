from dataclasses import replace

import pytest
from fastapi import FastAPI

from engine.errors import GraphError, KnotworkError, Problem
from engine.graph.edit import Refused
from engine.service.database import DatabaseError
from engine.service.kinds import DamagedFile, FileTooLarge, UnknownKind
from engine.web import errors
from engine.wording import Phrase
from tests.web.asking import Answer, Asking, ask

MISSING = Problem("missing-input", "sum", "a", "a float", "nothing", Phrase("link-it"))


def raising(error: Exception) -> Answer:
    app = FastAPI()

    async def fail() -> None:
        raise error

    app.add_api_route("/api/thing", fail)
    errors.install(app)
    return ask(app)


def test_an_error_says_what_is_wrong_with_the_graph_one_by_one() -> None:
    answer = raising(GraphError([MISSING]))
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "sum.a: expected a float, got nothing. Link it.",
        "problems": [
            {
                "code": "missing-input",
                "instance": "sum",
                "port": "a",
                "expected": "a float",
                "got": "nothing",
                "cure": "Link it.",
                "said": {"cure": {"code": "link-it", "args": {}}},
            }
        ],
    }


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (GraphError([Problem("no-file", "", "", "a graph file", "none", "")]), 404),
        (Refused("it was changed since"), 409),
        (FileTooLarge("too many pixels"), 413),
        (UnknownKind("no picture"), 415),
        (DamagedFile("half a picture"), 422),
        (KnotworkError("anything else"), 422),
        (DatabaseError("the disk is full"), 503),
    ],
)
def test_each_kind_of_error_has_its_status(error: KnotworkError, status: int) -> None:
    answer = raising(error)
    assert (answer.status_code, answer.json()["error"]) == (status, str(error))


def test_half_a_character_in_an_error_is_told_as_a_mark() -> None:
    assert raising(KnotworkError("name \ud800 is odd")).json()["error"] == "name ? is odd"

    near = Phrase("near-and", name="\ud800", rest=Phrase("its-ports", known="a"))
    [problem] = raising(GraphError([replace(MISSING, cure=near)])).json()["problems"]
    assert problem["cure"] == 'Did you mean "?"? Ports: a.'
    assert problem["said"]["cure"] == {
        "code": "near-and",
        "args": {"name": "?", "rest": {"code": "its-ports", "args": {"known": "a"}}},
    }


def test_what_nobody_foresaw_is_not_told_to_strangers() -> None:
    answer = raising(ZeroDivisionError("a secret"))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["error"].startswith("GET /api/thing failed")


def test_an_unknown_address_is_a_failure(server: Asking) -> None:
    for path in ("/api/nothing", "/nothing", "/api/graphs"[:-1]):
        answer = server.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"].startswith(f"expected an address of this server, got GET {path}")


def test_another_method_is_a_failure_that_names_those_there_are(server: Asking) -> None:
    answer = server.delete("/api/health")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["error"].startswith("expected another method, got DELETE /api/health")


def test_a_value_of_the_wrong_kind_is_a_failure_that_names_it(server: Asking) -> None:
    answer = server.post("/api/runs", {"graph": {"name": "product"}, "priority": "high", "prioritty": 1})
    assert answer.status_code == 422
    assert [problem["port"] for problem in answer.json()["problems"]] == ["body.priority", "body.prioritty"]


def test_a_body_that_is_no_json_is_a_failure(server: Asking) -> None:
    headers = {"content-type": "application/json"}
    for body in (
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"graph": {"name": "a"}, "priority": ' + b"1" * 5000 + b"}",
    ):
        answer = server.post("/api/runs", content=body, headers=headers)
        assert answer.status_code in (400, 422)
        assert set(answer.json()) == {"error", "problems"}
        assert "expected" in answer.json()["error"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_that_any_page_could_send_is_not_read(server: Asking, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = server.post("/api/runs", content=b'{"graph": {"name": "product"}}', headers=headers)
    assert answer.status_code == 415
    assert answer.json()["error"].startswith("expected a body of the content type application/json")
