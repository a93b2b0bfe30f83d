import json
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI

from tests.web.asking import Asking
from tests.web.conftest import GATE, PICTURE, PRODUCT, gates


def document(server: Asking) -> dict[str, Any]:
    return server.get("/api/openapi.json").json()


def schema_of(server: Asking, name: str) -> dict[str, Any]:
    operation = document(server)["paths"][f"/api/graphs/{name}/run"]["post"]
    return operation["requestBody"]["content"]["application/json"]["schema"]


def test_a_graph_is_run_by_the_values_of_its_inputs(server: Asking) -> None:
    answer = server.post("/api/graphs/product/run?wait=30", {"a": 2, "factor": 10})
    assert answer.status_code == 200
    [output] = answer.json()["outputs"]["result"]
    assert (output["value"], output["type"], output["url"]) == (30.0, "float", "")
    assert answer.json()["run"]["values"] == {"a": 2, "factor": 10}


def test_a_file_that_a_graph_gives_is_fetched_from_the_address_that_is_told(server: Asking) -> None:
    answer = server.post("/api/graphs/picture/run?wait=30")
    [output] = answer.json()["outputs"]["image"]
    picture = server.get(output["url"])
    assert (output["media"], picture.headers["content-type"]) == ("image/png", "image/png")
    assert (picture.content[:4], len(picture.content)) == (b"\x89PNG", output["size"])


def test_who_does_not_wait_is_told_where_to_look(server: Asking) -> None:
    answer = server.post("/api/graphs/picture/run", {"width": 3})
    assert (answer.status_code, answer.json()["outputs"]) == (202, {})
    where = answer.headers["location"]
    assert where == f"/api/runs/{answer.json()['run']['id']}"
    assert server.get(f"{where}?wait=30").json()["state"] == "done"


def test_who_waits_is_answered_when_the_time_is_over(server: Asking, folder: Path) -> None:
    gates.update({"gate": Event(), "go": Event()})
    (folder / "gate.json").write_text(json.dumps(GATE | {"outputs": {"out": "gate.out"}}))
    answer = server.post("/api/graphs/gate/run?wait=0.01", {})
    assert (answer.status_code, answer.json()["run"]["ended"]) == (202, None)
    gates["go"].set()
    assert server.get(f"{answer.headers['location']}?wait=30").json()["state"] == "done"


def test_only_some_outputs_are_computed_when_asked(server: Asking, folder: Path) -> None:
    (folder / "mine.json").write_text(
        json.dumps(PRODUCT | {"outputs": {"sum": "sum.out", "product": "times.out"}})
    )
    answer = server.post("/api/graphs/mine/run?wait=30&output=sum&output=times.out", {"factor": 10}).json()
    assert {name: one["value"] for name, [one] in answer["outputs"].items()} == {"sum": 2, "times.out": 20}
    answer = server.post("/api/graphs/mine/run?wait=30&output=sum", {"factor": 10}).json()
    assert (list(answer["outputs"]), answer["run"]["counts"]["skipped"]) == (["sum"], 1)


def test_seeds_are_drawn_when_asked_except_those_that_are_given(server: Asking, folder: Path) -> None:
    nodes = {name: {"type": "probe.seed"} for name in ("one", "other")}
    inputs = {name: {"to": [f"{name}.seed"], "default": 1} for name in nodes}
    outputs = {name: f"{name}.out" for name in nodes}
    (folder / "seeds.json").write_text(
        json.dumps({"knotwork": 1, "inputs": inputs, "outputs": outputs, "nodes": nodes})
    )
    answer = server.post("/api/graphs/seeds/run?wait=30&random_seeds=true", {"one": 7}).json()
    drawn = answer["outputs"]["other"][0]["value"]
    assert answer["run"]["seeds"] == {"one": 7, "other": drawn}
    assert drawn > 1


def test_a_request_that_comes_twice_with_one_key_is_run_once(server: Asking) -> None:
    first, again = (server.post("/api/graphs/product/run?key=k", {"factor": n}).json() for n in (1, 2))
    assert again["run"]["id"] == first["run"]["id"]


def test_the_key_of_a_sweep_is_not_taken(server: Asking) -> None:
    server.post("/api/runs", {"graph": {"name": "product"}, "sweep": {"factor": [1, 2]}, "key": "k"})
    assert server.post("/api/graphs/product/run?key=k", {"factor": 1}).status_code == 409


@pytest.mark.parametrize(
    ("values", "port"), [({"factor": "x"}, "factor"), ({"factr": 1, "factor": 1}, "factr"), ({}, "factor")]
)
def test_a_value_that_does_not_fit_is_named(server: Asking, values: dict[str, Any], port: str) -> None:
    answer = server.post("/api/graphs/product/run", values)
    assert answer.status_code == 422
    assert [problem["port"] for problem in answer.json()["problems"]] == [port]


def test_a_graph_that_is_not_there_is_not_run(server: Asking) -> None:
    assert server.post("/api/graphs/nothing/run", {}).status_code == 404


def test_a_run_that_fails_says_why(server: Asking, folder: Path) -> None:
    failing = {"knotwork": 1, "outputs": {"out": "bad.out"}, "nodes": {"bad": {"type": "probe.fail"}}}
    (folder / "failing.json").write_text(json.dumps(failing))
    answer = server.post("/api/graphs/failing/run?wait=30", {}).json()
    assert (answer["outputs"], answer["run"]["state"]) == ({}, "failed")
    assert answer["run"]["failures"][0]["instance"] == "bad"


# --- the document -------------------------------------------------------------------------------------------


def test_every_graph_stands_in_the_document_under_a_path_of_its_own(server: Asking) -> None:
    operation = document(server)["paths"]["/api/graphs/product/run"]["post"]
    assert (operation["summary"], operation["description"]) == ("Product", "Adds and multiplies.")
    assert operation["requestBody"]["required"] is True
    assert [one["name"] for one in operation["parameters"]] == ["wait", "output", "random_seeds", "key"]


def test_its_schema_is_that_of_its_inputs(server: Asking) -> None:
    assert schema_of(server, "product") == {
        "type": "object",
        "properties": {
            "a": {"type": "number", "default": 1, "description": "First summand."},
            "factor": {"type": "number", "title": "Factor", "description": "Second factor."},
        },
        "required": ["factor"],
        "additionalProperties": False,
    }


def test_its_outputs_are_named(server: Asking) -> None:
    operation = document(server)["paths"]["/api/graphs/picture/run"]["post"]
    whole, named = operation["responses"]["200"]["content"]["application/json"]["schema"]["allOf"]
    assert whole == {"$ref": "#/components/schemas/AnswerRecord"}
    assert named["properties"]["outputs"]["properties"]["image"]["description"] == "Drawing"


def test_the_document_follows_the_files(server: Asking, folder: Path) -> None:
    assert "/api/graphs/mine/run" not in document(server)["paths"]
    (folder / "mine.json").write_text(json.dumps(PICTURE))
    assert schema_of(server, "mine")["properties"]["width"]["default"] == 40
    (folder / "mine.json").write_text(json.dumps(PICTURE).replace("40", "50"))
    assert schema_of(server, "mine")["properties"]["width"]["default"] == 50
    (folder / "mine.json").unlink()
    assert "/api/graphs/mine/run" not in document(server)["paths"]


def test_a_file_of_the_workspace_hides_a_template_of_its_name(server: Asking, folder: Path) -> None:
    (folder / "product.json").write_text(json.dumps(PICTURE))
    assert list(schema_of(server, "product")["properties"]) == ["width"]
    assert "image" in server.post("/api/graphs/product/run?wait=30", {}).json()["outputs"]


def test_odd_names_are_paths_that_lead_to_the_graph(server: Asking, folder: Path) -> None:
    (folder / "a b").mkdir()
    (folder / "a b" / "{käfer}.json").write_text(json.dumps(PICTURE))
    [path] = [path for path in document(server)["paths"] if "k%C3%A4fer" in path]
    assert server.post(f"{path}?wait=30", {}).json()["run"]["state"] == "done"


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": {}},
        {"nodes": []},
        {"knotwork": 99},
        {"inputs": {"box": {"to": ["sum.box"]}}, "nodes": {"sum": {"type": "probe.sum"}}},
    ],
    ids=["no output", "no graph", "newer", "an input that can't be typed in"],
)
def test_what_cannot_be_called_does_not_stand_there(
    server: Asking, folder: Path, change: dict[str, Any]
) -> None:
    (folder / "mine.json").write_text(json.dumps(PRODUCT | change))
    assert "/api/graphs/mine/run" not in document(server)["paths"]


def test_the_document_is_complete(server: Asking) -> None:
    """Every operation says what it answers, and how it refuses."""
    paths = document(server)["paths"]
    operations = [one for item in paths.values() for one in item.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        good = [status for status in one["responses"] if status < "300"]
        assert good
        refused = {"400", "401", "403", "404", "409", "413", "415", "422", "429"}
        assert refused <= one["responses"].keys()
        for status in refused:
            schema = one["responses"][status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Failure"}


def test_the_document_knows_the_prefix(settings: Any, folder: Path, app: FastAPI) -> None:
    from server import create_app

    with Asking(create_app(settings, folder, root_path="/graphs")) as server:
        assert server.get("/graphs/api/openapi.json").json()["servers"] == [{"url": "/graphs"}]
        assert server.get("/api/health").status_code == 200
    with Asking(app) as server:
        assert "servers" not in document(server)
