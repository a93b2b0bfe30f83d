import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any
from zipfile import ZipFile

import pytest

from tests.web.asking import Asking
from tests.web.conftest import GATE, gates

PRODUCT = {"graph": {"name": "product"}, "values": {"factor": 10}}
BLOCKING = {"graph": {"document": GATE}}


def submit(server: Asking, request: dict[str, Any], wait: float = 30) -> list[dict[str, Any]]:
    answer = server.post(f"/api/runs?wait={wait}", request)
    assert answer.status_code in (200, 202)
    return answer.json()


@pytest.fixture
def busy(server: Asking) -> Iterator[dict[str, Any]]:
    """A run that lasts as long as the test, unless that ends it."""
    gates.update({"gate": Event(), "go": Event()})
    [run] = submit(server, BLOCKING, wait=0)
    assert server.run(asyncio.to_thread(gates["gate"].wait, 30))
    yield run
    gates["go"].set()


def test_a_run_is_submitted_and_awaited(server: Asking) -> None:
    answer = server.post("/api/runs?wait=30", PRODUCT)
    [run] = answer.json()
    assert (answer.status_code, run["state"], run["artifacts"][0]["value"]) == (200, "done", 20)


def test_a_run_is_submitted_and_looked_at_later(server: Asking) -> None:
    answer = server.post("/api/runs", PRODUCT)
    [run] = answer.json()
    assert (answer.status_code, run["state"]) == (202, "queued")
    assert server.get(f"/api/runs/{run['id']}?wait=30").json()["state"] == "done"


def test_a_sweep_is_one_batch(server: Asking) -> None:
    runs = submit(server, {**PRODUCT, "sweep": {"a": [1, 2, 3]}})
    assert [run["artifacts"][0]["value"] for run in runs] == [20, 30, 40]
    assert len({run["batch"] for run in runs}) == 1


@pytest.mark.parametrize(
    "graph",
    [{}, {"name": "product", "document": {}}, {"name": "nothing"}, {"session": "nobody"}, {"document": {}}],
    ids=str,
)
def test_a_graph_must_be_there_and_be_named_once(server: Asking, graph: dict[str, Any]) -> None:
    answer = server.post("/api/runs", {"graph": graph})
    assert answer.status_code in (404, 422)
    assert answer.json()["error"]


def test_a_document_nested_without_end_is_refused(server: Asking) -> None:
    for depth in (150, 300, 900):
        value: Any = 1
        for _ in range(depth):
            value = [value]
        document = {"knotwork": 1, "nodes": {"n": {"type": "math.add", "params": {"a": value}}}}
        assert server.post("/api/runs", {"graph": {"document": document}}).status_code in (400, 422)


def test_the_queue_tells_what_runs_and_what_waits(server: Asking, busy: dict[str, Any]) -> None:
    [waiting] = submit(server, PRODUCT, wait=0)
    queue = server.get("/api/queue").json()
    assert (queue["paused"], queue["waiting"]) == (False, 1)
    assert [run["id"] for run in queue["runs"]] == [busy["id"], waiting["id"]]


def test_a_waiting_run_is_moved_and_cancelled(server: Asking, busy: dict[str, Any]) -> None:
    [first], [second] = submit(server, PRODUCT, wait=0), submit(server, PRODUCT, wait=0)
    moved = server.post(f"/api/runs/{second['id']}/move", {"before": first["id"]})
    assert [run["id"] for run in moved.json()] == [second["id"]]
    assert [run["id"] for run in server.get("/api/queue").json()["runs"][1:]] == [second["id"], first["id"]]
    [cancelled] = server.post(f"/api/runs/{second['id']}/cancel").json()
    assert (cancelled["id"], cancelled["state"]) == (second["id"], "cancelled")
    assert server.post(f"/api/runs/{second['id']}/move", {}).status_code == 409


def test_everything_is_cancelled_at_once(server: Asking, busy: dict[str, Any]) -> None:
    [waiting] = submit(server, PRODUCT, wait=0)
    assert [run["id"] for run in server.post("/api/queue/cancel").json()] == [busy["id"], waiting["id"]]
    gates["go"].set()
    assert server.get(f"/api/runs/{busy['id']}?wait=30").json()["state"] == "cancelled"


def test_a_paused_queue_begins_nothing(server: Asking) -> None:
    assert server.post("/api/queue/pause").json()["paused"] is True
    [run] = submit(server, PRODUCT, wait=0)
    assert server.get("/api/queue").json()["waiting"] == 1
    assert server.post("/api/queue/resume").json()["paused"] is False
    assert server.get(f"/api/runs/{run['id']}?wait=30").json()["state"] == "done"


def test_runs_are_found_by_text_state_and_node_page_by_page(server: Asking) -> None:
    first = submit(server, {**PRODUCT, "title": "red apple"})[0]
    second = submit(server, {"graph": {"name": "picture"}, "title": "blue car"})[0]

    def found(query: str) -> list[str]:
        return [run["id"] for run in server.get(f"/api/runs?{query}").json()]

    assert found("") == [second["id"], first["id"]]
    assert found("text=apple") == [first["id"]]
    assert found("node=probe.draw") == [second["id"]]
    assert found("state=failed&state=cancelled") == []
    assert found(f"limit=1&before={second['id']}") == [first["id"]]
    assert server.get("/api/runs?limit=0").status_code == 422


def test_two_runs_are_compared(server: Asking) -> None:
    one, other = (submit(server, {"graph": {"name": "picture"}, "values": {"width": w}})[0] for w in (2, 3))
    found = server.get(f"/api/runs/{one['id']}/compare/{other['id']}").json()
    assert found["values"] == [{"name": "width", "one": 2, "other": 3}]
    assert [output["equal"] for output in found["outputs"]] == [False]


def test_a_run_is_exported_whole(server: Asking) -> None:
    [run] = submit(server, {"graph": {"name": "picture"}})
    answer = server.get(f"/api/runs/{run['id']}/export")
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert set(archive.namelist()) == {"graph.json", "record.json", "outputs/image.png"}
        assert json.loads(archive.read("record.json"))["id"] == run["id"]


def test_the_graph_of_a_run_computes_the_same_again(server: Asking) -> None:
    [run] = submit(server, PRODUCT)
    document = server.get(f"/api/runs/{run['id']}/graph").json()
    [again] = submit(server, {"graph": {"document": document}})
    assert again["artifacts"] == run["artifacts"]
    assert again["counts"]["executed"] == 0


def test_a_run_of_a_document_may_belong_to_an_open_graph(server: Asking) -> None:
    session = server.post("/api/sessions", {"name": "product"}).json()["id"]
    [run] = submit(server, PRODUCT)
    document = server.get(f"/api/runs/{run['id']}/graph").json()
    [again] = submit(server, {"graph": {"document": document}, "session": session})
    assert [one["id"] for one in server.get(f"/api/runs?session={session}").json()] == [again["id"]]
    refused = server.post("/api/runs", {"graph": {"document": document}, "session": "nobody"})
    assert refused.status_code == 404


def test_a_deleted_run_takes_its_files_along(server: Asking, tmp_path: Path) -> None:
    [run] = submit(server, {"graph": {"name": "picture"}})
    digest = run["artifacts"][0]["digest"]
    assert server.delete(f"/api/runs/{run['id']}").status_code == 204
    assert server.get(f"/api/artifacts/{digest}").status_code == 404
    assert server.get(f"/api/runs/{run['id']}").status_code == 404
    assert server.delete(f"/api/runs/{run['id']}").status_code == 404


def test_several_are_deleted_at_once_but_none_that_runs(server: Asking, busy: dict[str, Any]) -> None:
    [waiting] = submit(server, PRODUCT, wait=0)
    assert server.delete(f"/api/runs?id={busy['id']}").status_code == 409
    server.post(f"/api/runs/{waiting['id']}/cancel")
    assert server.delete(f"/api/runs?id={waiting['id']}&id=nobody").json() == [waiting["id"]]
    assert server.delete("/api/runs").status_code == 422


@pytest.mark.parametrize("path", ["", "/export", "/graph", "/compare/other"])
def test_a_run_that_is_not_there_is_told_so(server: Asking, path: str) -> None:
    assert server.get(f"/api/runs/nobody{path}").status_code == 404


@pytest.mark.parametrize("path", ["/cancel", "/move"])
def test_nobody_is_not_cancelled_or_moved(server: Asking, path: str) -> None:
    assert server.post(f"/api/runs/nobody{path}", {}).status_code in (404, 409)


def test_a_run_goes_by_the_title_of_its_graph_or_its_file(server: Asking) -> None:
    numbers = {"nodes": {"sum": {"type": "math.add", "params": {"a": 1}}}, "outputs": {"out": "sum.out"}}
    server.put("/api/graphs/few/numbers.json", json={"knotwork": 1, **numbers})
    opened = server.post("/api/sessions", {"name": "few/numbers.json"}).json()["id"]
    titled = {"document": {"knotwork": 1, "title": "Sums", **numbers}}
    sources = [{"session": opened}, titled, {"document": {"knotwork": 1, **numbers}}]
    assert [submit(server, {"graph": one})[0]["title"] for one in sources] == ["numbers", "Sums", ""]
