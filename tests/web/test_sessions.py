import json
from pathlib import Path
from typing import Any

import pytest

from tests.service.samples import png
from tests.web.asking import Asking
from tests.web.conftest import PRODUCT

ME, OTHER = {"client": "me"}, {"client": "other"}


def set_b(value: float) -> dict[str, Any]:
    return {"op": "set_param", "name": "sum", "port": "b", "value": value}


def edit(server: Asking, id: str, token: str, *operations: Any, who: dict[str, str] = ME) -> dict[str, Any]:
    answer = server.post(f"/api/sessions/{id}/edit", {**who, "token": token, "operations": operations})
    assert answer.status_code == 200
    return answer.json()


def b_of(server: Asking, id: str) -> float:
    return server.get(f"/api/sessions/{id}").json()["document"]["nodes"]["sum"]["params"]["b"]


@pytest.fixture
def id(server: Asking) -> str:
    """A session of a template."""
    return server.post("/api/sessions", {"name": "product"}).json()["id"]


def test_a_graph_is_opened_edited_and_read(server: Asking, id: str) -> None:
    assert edit(server, id, "one", set_b(5))["seq"] == 1
    state = server.get(f"/api/sessions/{id}").json()
    assert (state["session"]["seq"], state["document"]["nodes"]["sum"]["params"]) == (1, {"b": 5})
    assert [one["id"] for one in server.get("/api/sessions").json()] == [id]


def test_an_edit_that_comes_twice_is_made_once(server: Asking, id: str) -> None:
    assert [edit(server, id, "one", set_b(value))["seq"] for value in (5, 6)] == [1, 1]
    assert b_of(server, id) == 5


def test_each_client_takes_back_its_own(server: Asking, id: str) -> None:
    edit(server, id, "one", set_b(5))
    edit(server, id, "two", {"op": "describe", "fields": {"title": "Theirs"}}, who=OTHER)
    assert server.post(f"/api/sessions/{id}/undo", {**ME, "token": "three"}).json()["seq"] == 3
    document = server.get(f"/api/sessions/{id}").json()["document"]
    assert (document["title"], document["nodes"]["sum"]["params"]["b"]) == ("Theirs", 1)
    server.post(f"/api/sessions/{id}/redo", {**ME, "token": "four"})
    assert b_of(server, id) == 5


def test_what_cannot_be_done_is_refused_and_changes_nothing(server: Asking, id: str) -> None:
    for operation in ({"op": "remove", "names": ["nobody"]}, {"op": "nonsense"}, {}):
        answer = server.post(f"/api/sessions/{id}/edit", {**ME, "token": "t", "operations": [operation]})
        assert answer.status_code == 409
    assert server.post(f"/api/sessions/{id}/undo", {**ME, "token": "u"}).status_code == 409
    assert server.get(f"/api/sessions/{id}").json()["session"]["seq"] == 0


def test_an_empty_graph_a_document_and_an_upload_are_opened(server: Asking) -> None:
    upload = server.post("/api/uploads", content=json.dumps(PRODUCT)).json()["id"]
    answers = [
        server.post("/api/sessions"),
        server.post("/api/sessions", {"document": {"knotwork": 1, "title": "Spoken"}}),
        server.post(f"/api/sessions?upload={upload}"),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert [answer.json()["title"] for answer in answers] == ["", "Spoken", "Product"]


def test_a_picture_without_a_graph_is_not_opened(server: Asking) -> None:
    upload = server.post("/api/uploads", content=png()).json()["id"]
    answer = server.post(f"/api/sessions?upload={upload}")
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "no-graph-inside")
    assert server.post(f"/api/sessions?upload={'0' * 32}.png").status_code == 404
    words = server.post("/api/uploads", content=b"words").json()["id"]
    assert server.post(f"/api/sessions?upload={words}").status_code == 415


def test_what_names_no_graph_or_two_is_not_opened(server: Asking, id: str) -> None:
    for source in ({}, {"session": id, "name": "product"}, {"name": "nothing"}, {"session": "nobody"}):
        assert server.post("/api/sessions", source).status_code in (404, 422)
    assert len(server.get("/api/sessions").json()) == 1


def test_a_session_is_saved_to_a_file_and_not_over_another(server: Asking, id: str, folder: Path) -> None:
    (folder / "taken.json").write_text(json.dumps(PRODUCT))
    assert server.post(f"/api/sessions/{id}/save").status_code == 409
    assert server.post(f"/api/sessions/{id}/save", {"name": "taken"}).status_code == 409
    assert server.post(f"/api/sessions/{id}/save", {"name": "../outside"}).status_code == 422
    edit(server, id, "one", set_b(5))
    saved = server.post(f"/api/sessions/{id}/save", {"name": "mine"}).json()
    assert (saved["name"], saved["saved"]) == ("mine.json", 1)
    assert json.loads((folder / "mine.json").read_text())["nodes"]["sum"]["params"]["b"] == 5


def test_a_version_is_kept_restored_and_branched_from(server: Asking, id: str) -> None:
    version = server.post(f"/api/sessions/{id}/versions", {"name": "first"}).json()
    edit(server, id, "one", set_b(5))
    assert server.get(f"/api/sessions/{id}/versions").json() == [version]
    branch = server.post(f"/api/sessions/{id}/branch", {"version": version["id"]}).json()["id"]
    assert [b_of(server, id), b_of(server, branch)] == [5, 1]
    now = server.post(f"/api/sessions/{id}/branch").json()["id"]
    start = server.post(f"/api/sessions/{id}/branch", {"seq": 0}).json()["id"]
    assert [b_of(server, now), b_of(server, start)] == [5, 1]
    server.post(f"/api/sessions/{id}/versions/{version['id']}/restore", {**ME, "token": "back"})
    assert b_of(server, id) == 1


def test_the_graph_of_a_version_can_be_fetched(server: Asking, id: str) -> None:
    edit(server, id, "one", set_b(5))
    version = server.post(f"/api/sessions/{id}/versions", {"name": "five"}).json()
    edit(server, id, "two", set_b(6))
    document = server.get(f"/api/sessions/{id}/versions/{version['id']}").json()
    assert document["nodes"]["sum"]["params"]["b"] == 5
    assert server.get(f"/api/sessions/{id}/versions/none").status_code == 404


def test_a_choice_after_a_change_from_outside_is_settled(server: Asking, folder: Path) -> None:
    (folder / "mine.json").write_text(json.dumps(PRODUCT))
    id = server.post("/api/sessions", {"name": "mine"}).json()["id"]
    changed = json.loads(json.dumps(PRODUCT))
    changed["nodes"]["sum"]["params"]["b"] = 7
    (folder / "mine.json").write_text(json.dumps(changed))
    edit(server, id, "one", set_b(5))
    server.run(server.app.state.service.sessions.look(id))
    state = server.get(f"/api/sessions/{id}").json()
    assert len(state["conflicts"]) == 1
    chosen = {**ME, "token": "choice", "choice": state["choice"], "sides": ["theirs"]}
    assert server.post(f"/api/sessions/{id}/resolve", {**chosen, "sides": []}).status_code == 409
    assert server.post(f"/api/sessions/{id}/resolve", chosen).status_code == 200
    assert b_of(server, id) == 7


def test_a_closed_session_is_not_listed(server: Asking, id: str) -> None:
    assert server.delete(f"/api/sessions/{id}").status_code == 204
    assert server.get("/api/sessions").json() == []


def test_a_session_is_run_as_it_is_now(server: Asking, id: str) -> None:
    edit(server, id, "one", set_b(5))
    request = {"graph": {"session": id}, "values": {"factor": 10}}
    [run] = server.post("/api/runs?wait=30", request).json()
    assert (run["session"], run["artifacts"][0]["value"]) == (id, 60)


PATHS = ["", "/undo", "/redo", "/edit", "/save", "/versions", "/branch", "/versions/1/restore", "/resolve"]


@pytest.mark.parametrize("path", PATHS)
def test_a_session_that_is_not_there_is_told_so(server: Asking, path: str) -> None:
    author = {**ME, "token": "t"}
    bodies: dict[str, Any] = {
        "/edit": {**author, "operations": [set_b(1)]},
        "/save": {"name": "x"},
        "/versions": {"name": "x"},
        "/branch": {},
        "/resolve": {**author, "choice": "x", "sides": []},
    }
    url = f"/api/sessions/nobody{path}"
    answer = server.post(url, bodies.get(path, author)) if path else server.get(url)
    assert answer.status_code == 404
