"""What an editor asks of an open graph: ports, references, results, values, pictures, files, turns."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.graph.document import Graph
from tests.service.samples import png
from tests.web.asking import Answer, Asking

INNER: dict[str, Any] = {
    "knotwork": 1,
    "title": "Inner",
    "inputs": {"width": {"to": ["draw.width"], "default": 40}},
    "outputs": {"image": "draw.out"},
    "nodes": {"draw": {"type": "probe.draw", "params": {"height": 20}}},
}
BODY: dict[str, Any] = {
    "inputs": {"x": {"to": ["add.a"]}},
    "outputs": {"x": "add.out"},
    "nodes": {"add": {"type": "math.add", "params": {"b": 2}}},
}
GRAPH: dict[str, Any] = {
    "knotwork": 1,
    "nodes": {
        "sub": {"graph": INNER},
        "ref": {"ref": "inner.json"},
        "loop": {"type": "flow.loop", "graph": BODY, "carry": {"x": 1}, "count": 4, "checkpoint": 2},
        "word": {"type": "probe.say", "params": {"text": "hello"}},
    },
}


class Looking:
    """A session of a server, run once, and what is asked of it."""

    def __init__(self, server: Asking, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "inner.json").write_text(json.dumps(INNER))
        self.server = server
        self.id = server.post("/api/sessions", {"document": GRAPH}).json()["id"]
        server.post("/api/runs?wait=30", {"graph": {"session": self.id}})
        server.app.state.service.headless.store.flush()

    def get(self, what: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        """Ask for something of the session."""
        return self.server.get(f"/api/sessions/{self.id}/{what}", params=query, headers=headers)

    def edit(self, *operations: dict[str, Any]) -> None:
        """Edit the graph."""
        body = {"client": "me", "token": str(operations), "operations": operations}
        assert self.server.post(f"/api/sessions/{self.id}/edit", body).status_code == 200


@pytest.fixture
def look(server: Asking, folder: Path) -> Looking:
    """A graph that was run."""
    return Looking(server, folder)


@pytest.mark.parametrize(("instance", "left"), [("word", {"sub", "sub/draw"}), ("sub", {"word"})])
def test_what_is_stored_of_one_instance_is_forgotten(look: Looking, instance: str, left: set[str]) -> None:
    dropped = look.server.delete(f"/api/sessions/{look.id}/results", params={"instance": instance})
    assert dropped.status_code == 204
    kept = look.get("results").json().keys()
    assert left <= kept
    assert not {one for one in kept if one == instance or one.startswith(f"{instance}/")}


def test_ports_are_told_at_each_level(look: Looking) -> None:
    found = look.get("interfaces").json()
    assert {name: one["kind"] for name, one in found.items()} == {
        "sub": "graph",
        "ref": "ref",
        "loop": "loop",
    }
    assert found["sub"]["inputs"]["width"]["schema"]["default"] == 40
    assert found["ref"]["outputs"] == found["sub"]["outputs"]
    assert look.get("interfaces", at="ref").json() == {}
    answer = look.get("interfaces", at="word")  # as after an edit that took away what was there
    assert (answer.status_code, answer.json()) == (200, {})


def test_the_graph_behind_a_reference_is_told_and_can_be_opened(look: Looking) -> None:
    found = look.get("reference", instance="ref").json()
    assert (found["name"], found["document"]["title"]) == ("inner.json", "Inner")
    assert look.server.post("/api/sessions", {"name": found["name"]}).json()["title"] == "Inner"
    look.edit({"op": "set_fields", "name": "ref", "fields": {"ref": "../../secret.json"}})
    answer = look.get("reference", instance="ref")
    assert (answer.status_code, answer.json()["problems"][0]["instance"]) == (422, "ref")


@pytest.mark.parametrize("instance", ["word", "sub", "nobody", "nobody/ref", ""])
def test_asking_for_the_graph_behind_what_is_no_reference_any_more_is_no_error(
    look: Looking, instance: str
) -> None:
    answer = look.get("reference", instance=instance)
    assert (answer.status_code, answer.json()) == (200, None)


def test_what_is_stored_is_told_and_not_sent_again(look: Looking) -> None:
    answer = look.get("results")
    found = answer.json()
    assert found["word"]["out"]["value"] == "hello"
    borrowed = found["sub/draw"]["out"] | {"key": ""}  # only what computes a value can be frozen at it
    assert found["sub"]["image"] == borrowed == found["ref"]["image"]
    assert found["sub"]["image"]["kind"] == "image"
    assert look.get("results", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    look.edit({"op": "set_param", "name": "word", "port": "text", "value": "other"})
    assert "word" not in look.get("results").json()


def test_a_value_is_told_or_why_there_is_none(look: Looking) -> None:
    told = look.get("values", instance="ref/draw", port="out").json()
    assert (told["kind"], told["media"]) == ("image", "image/png")
    assert (told["summary"]["width"], told["summary"]["pictures"]) == (40, 1)
    sure = look.get("values", instance="ref/draw", port="out", digest=told["digest"], figures=False)
    assert sure.json()["summary"]["width"] == 40
    assert "immutable" in sure.headers["cache-control"]
    reasons: list[tuple[dict[str, Any], str]] = [
        ({"instance": "nobody", "port": "out"}, "unknown-instance"),
        ({"instance": "word", "port": "nothing"}, "missing-port"),
        ({"instance": "loop/add", "port": "out"}, "in-loop"),
        ({"instance": "word", "port": "out", "digest": "other"}, "changed"),
    ]
    for query, code in reasons:
        answer = look.get("values", **query)
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, code)


def test_a_picture_is_kept_by_the_browser_as_long_as_it_is_sure(look: Looking) -> None:
    place: dict[str, Any] = {"instance": "sub", "port": "image", "size": 32}
    answer = look.get("values/picture", **place)
    with Image.open(BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (32, 16))
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (
        "image/webp",
        "private, no-cache",
    )
    etag = answer.headers["etag"]
    assert look.get("values/picture", headers={"if-none-match": etag}, **place).status_code == 304
    assert look.get("values/picture", **{**place, "size": 64}).headers["etag"] != etag
    digest = look.get("values", instance="sub", port="image").json()["digest"]
    sure = look.get("values/picture", digest=digest, **place)
    assert sure.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert "sandbox" in sure.headers["content-security-policy"]


def test_what_shows_no_picture_or_is_no_file_is_refused(look: Looking) -> None:
    places: list[dict[str, Any]] = [
        {"instance": "word", "port": "out"},
        {"instance": "sub", "port": "image", "index": 1},
    ]
    for query in places:
        answer = look.get("values/picture", **query)
        assert (answer.status_code, answer.json()["error"][:8]) == (415, "expected")
    assert look.get("values/file", instance="sub", port="image", index=1).status_code == 415
    assert look.get("values/picture", instance="sub", port="image", size=9).status_code == 422


def test_a_value_is_fetched_as_the_file_that_a_run_writes_or_a_range_of_it(look: Looking) -> None:
    place: dict[str, Any] = {"instance": "sub", "port": "image"}
    answer = look.get("values/file", **place)
    assert (answer.content, answer.headers["content-type"]) == (png(40, 20), "image/png")
    assert 'filename="sub-image.png"' in answer.headers["content-disposition"]
    part = look.get("values/file", headers={"range": "bytes=0-3"}, **place)
    assert (part.status_code, part.content) == (206, png()[:4])
    text = look.get("values/file", instance="word", port="out")
    assert (text.text, text.headers["content-type"]) == ("hello", "text/plain; charset=utf-8")
    assert json.loads(look.get("values/file", instance="loop", port="x").content) == 9.0


def test_a_file_carries_the_graph_if_it_should(look: Looking) -> None:
    picture = {
        "op": "add",
        "name": "it",
        "instance": {"type": "image.solid", "params": {"width": 8, "height": 8}},
    }
    look.edit(picture)
    look.server.post("/api/runs?wait=60", {"graph": {"session": look.id}, "outputs": ["it.out"]})
    look.server.app.state.service.headless.store.flush()
    plain, carrying = [
        look.get("values/file", instance="it", port="out", carrying=carrying) for carrying in (False, True)
    ]
    assert b"knotwork" not in plain.content
    carried = Graph.read(carrying.content)
    assert (carried.nodes.keys(), carried.nodes["ref"].ref) == ({*GRAPH["nodes"], "it"}, "")
    assert plain.headers["etag"] != carrying.headers["etag"]


def test_the_turns_of_a_loop_are_told_and_their_values_fetched(look: Looking) -> None:
    found = look.get("steps", instance="loop").json()
    assert ([one["turn"] for one in found["turns"]], found["of"]) == ([2, 4], 4)
    assert look.get("values", instance="loop", port="x", turn=2).json()["summary"]["value"] == 5.0
    assert json.loads(look.get("values/file", instance="loop", port="x", turn=2).content) == 5.0
    answer = look.get("values", instance="loop", port="x", turn=3)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "no-turn")
    for instance in ("word", "nobody"):
        assert look.get("steps", instance=instance).json() == {"turns": [], "of": None, "gone": 0}


def test_asking_for_the_turns_of_a_loop_that_cant_run_is_no_error(look: Looking) -> None:
    for count, turns in ((-1, [2, 4]), ({"link": "nobody.out"}, [])):
        look.edit({"op": "set_fields", "name": "loop", "fields": {"count": count}})
        answer = look.get("steps", instance="loop")
        assert (answer.status_code, [one["turn"] for one in answer.json()["turns"]]) == (200, turns)


def test_a_graph_is_opened_anew_going_on_from_a_turn(look: Looking) -> None:
    path = f"/api/sessions/{look.id}/steps/fork?instance=loop&turn="
    answer = look.server.post(f"{path}2&title=Another")
    assert (answer.status_code, answer.json()["title"]) == (201, "Another")
    opened = look.server.get(f"/api/sessions/{answer.json()['id']}").json()["document"]
    assert opened["nodes"]["loop"]["fork"]["turn"] == 2
    assert look.server.post(f"{path}3").status_code == 404
    assert look.server.post(f"{path}0").status_code == 422
    assert look.server.post(f"/api/sessions/{look.id}/steps/fork?instance=word&turn=2").status_code == 404


def test_a_turn_of_a_loop_is_pinned_and_unpinned(look: Looking) -> None:
    path = f"/api/sessions/{look.id}/steps/pin?instance=loop&turn="
    pinned, no_more = look.server.post(f"{path}2"), look.server.delete(f"{path}2")
    assert [one["pinned"] for one in pinned.json()["turns"]] == [True, False]
    assert [one["pinned"] for one in no_more.json()["turns"]] == [False, False]
    assert look.server.post(f"{path}3").status_code == 404
    assert look.server.post(f"{path}0").status_code == 422


@pytest.mark.parametrize(
    "what", ["interfaces", "reference", "results", "values", "values/picture", "values/file", "steps"]
)
def test_a_session_that_is_not_there_has_nothing(server: Asking, what: str) -> None:
    answer = server.get(f"/api/sessions/nobody/{what}?instance=a&port=b")
    assert answer.status_code == 404


def test_odd_names_lead_to_no_file(look: Looking) -> None:
    for name in ("../../etc/passwd", "a\x00b", "ü" * 1000, "/", "%2e%2e"):
        for what in ("values", "values/picture", "values/file"):
            assert look.get(what, instance=name, port=name, digest=name).status_code == 404
