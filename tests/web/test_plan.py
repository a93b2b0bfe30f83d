from typing import Any

import pytest

from engine.explanation import Reason, say
from tests.web.asking import Asking

PRODUCT = {"graph": {"name": "product"}, "values": {"factor": 10}}


def told(explanations: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {
        one["instance"]: (one["status"], say(Reason(**reason) for reason in one["reasons"]))
        for one in explanations
    }


def statuses(server: Asking, **question: Any) -> dict[str, str]:
    return {
        name: status
        for name, (status, _) in told(server.post("/api/plan", PRODUCT | question).json()).items()
    }


def test_a_plan_says_what_would_run_and_runs_nothing(server: Asking) -> None:
    assert statuses(server) == {"sum": "run", "times": "run"}
    assert server.get("/api/runs").json() == []


def test_what_is_stored_is_not_run_again_unless_it_is_forced(server: Asking) -> None:
    server.post("/api/runs?wait=30", PRODUCT)
    assert statuses(server) == {"sum": "not needed", "times": "hit"}
    assert statuses(server, values={"factor": 20}) == {"sum": "hit", "times": "run"}
    assert statuses(server, forced=["sum"]) == {"sum": "run", "times": "run"}


def test_only_what_the_outputs_need_is_planned(server: Asking) -> None:
    assert statuses(server, outputs=["sum.out"]) == {"sum": "run", "times": "not needed"}


@pytest.mark.parametrize(
    "question",
    [
        {"values": {}},
        {"values": {"factor": "x"}},
        {"values": {"nobody": 1, "factor": 1}},
        {"outputs": ["nobody"]},
        {"forced": ["nobody"]},
        {"graph": {"document": {"knotwork": 1, "nodes": {"n": {"type": "no.node"}}}}, "values": {}},
    ],
    ids=str,
)
def test_what_cannot_be_run_cannot_be_planned(server: Asking, question: dict[str, Any]) -> None:
    answer = server.post("/api/plan", PRODUCT | question)
    assert answer.status_code == 422
    assert len(answer.json()["problems"]) == 1


@pytest.fixture
def session(server: Asking) -> str:
    """An open product with a factor."""
    id = server.post("/api/sessions", {"name": "product"}).json()["id"]
    edit(
        server, id, {"op": "unexpose_input", "name": "factor"}, {"op": "set_param", **B_OF_TIMES, "value": 10}
    )
    return id


B_OF_TIMES = {"name": "times", "port": "b"}


def edit(server: Asking, id: str, *operations: dict[str, Any]) -> None:
    body = {"client": "me", "token": str(operations), "operations": operations}
    assert server.post(f"/api/sessions/{id}/edit", body).status_code == 200


def test_an_open_graph_is_planned_and_after_an_edit_what_differs(server: Asking, session: str) -> None:
    server.post("/api/runs?wait=30", {"graph": {"session": session}})
    server.app.state.service.headless.store.flush()  # what a graph's last run was is written a moment later
    first = server.get(f"/api/sessions/{session}/plan").json()
    assert (first["whole"], told(first["explanations"])["times"][0]) == (True, "hit")
    edit(server, session, {"op": "set_param", **B_OF_TIMES, "value": 20})
    after = server.get(f"/api/sessions/{session}/plan?after={first['version']}").json()
    assert (after["seq"], after["whole"]) == (2, False)
    assert told(after["explanations"]) == {
        "sum": ("hit", "its result is stored"),
        "times": ("run", "b: 10.0 → 20.0"),
    }


BROKEN = [
    {"op": "set_fields", "name": "sum", "fields": {"type": "no.node"}},
    {"op": "link", "name": "sum", "port": "a", "source": "times.out"},
    {"op": "link", "name": "sum", "port": "nowhere", "source": "times.out"},
    {"op": "link", "name": "sum", "port": "a", "source": "times.nowhere"},
    {"op": "set_param", "name": "times", "port": "b", "value": "text"},
    {"op": "unset_param", "name": "times", "port": "b"},
    {"op": "set_fields", "name": "times", "fields": {"over": ["nowhere"]}},
    {"op": "set_fields", "name": "times", "fields": {"frozen": "no hex"}},
    {"op": "set_fields", "name": "times", "fields": {"mode": "mute"}},
    {"op": "set_fields", "name": "times", "fields": {"ref": "nowhere.json", "type": ""}},
    {"op": "add", "name": "loop", "instance": {"type": "flow.loop"}},
]


@pytest.mark.parametrize("operation", BROKEN, ids=str)
def test_a_graph_that_somebody_is_amidst_of_changing_is_refused(
    server: Asking, session: str, operation: dict[str, Any]
) -> None:
    edit(server, session, operation)
    answer = server.get(f"/api/sessions/{session}/plan")
    assert answer.status_code in (200, 422)
    assert answer.status_code == 200 or answer.json()["problems"]


def test_a_session_that_is_not_there_is_not_planned(server: Asking) -> None:
    assert server.get("/api/sessions/nobody/plan").status_code == 404
