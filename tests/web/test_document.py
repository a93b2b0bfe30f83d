"""What the OpenAPI document promises, tried with values that fit it and values that don't."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.service.samples import png, safetensors
from tests.web.asking import HERE, Asking

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LONGEST = 60_000
"""Characters of an address: of longer ones uvicorn hears nothing."""
UNHURRIED = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
MOMENT = 0.05
"""Seconds that a request may wait for a run at most."""


@pytest.fixture
def known(server: Asking, tmp_path: Path) -> dict[str, dict[str, str]]:
    """Noun → path parameters that lead to something."""
    (tmp_path / "models" / "w.safetensors").write_bytes(safetensors({"w": [2]}))
    answer = server.post("/api/graphs/picture/run?wait=30", {}).json()
    session = server.post("/api/sessions", {"name": "product"}).json()["id"]
    version = server.post(f"/api/sessions/{session}/versions", {"name": "first"}).json()["id"]
    return {
        "runs": {"id": answer["run"]["id"], "other": answer["run"]["id"]},
        "artifacts": {"digest": answer["outputs"]["image"][0]["digest"]},
        "sessions": {"id": session, "version": version},
        "uploads": {"id": server.post("/api/uploads", content=png()).json()["id"]},
        "nodes": {"id": "math.add"},
        "models": {"name": "w.safetensors"},
        "graphs": {"name": "product"},
        "templates": {"name": "product"},
    }


def tried(server: Asking, known: dict[str, dict[str, str]], examples: int) -> int:
    """Try every operation; how many requests that took."""
    document = server.get("/api/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    sent = 0

    def send(case: Case, there: bool) -> None:
        nonlocal sent
        sent += 1
        if there:
            case.path_parameters |= known.get(case.path.split("/")[2], {})
        if isinstance(case.query.get("wait"), (int, float)):
            case.query["wait"] = min(case.query["wait"], MOMENT)
        asked: Any = requests.Request(**case.as_transport_kwargs(base_url=HERE)).prepare()
        if len(asked.url) > LONGEST:
            return
        answer = server.run(
            server.client.request(asked.method, asked.url, headers=dict(asked.headers), content=asked.body)
        )
        case.validate_response(answer, checks=CHECKS)

    found: Any
    for found in schema.get_all_operations():
        operation = found.ok()
        trial(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), send, examples)
        if operation.body or operation.query:  # no path is of a wrong kind: names are texts
            with suppress(Unsatisfiable):
                trial(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), send, examples)
    return sent


def trial(cases: st.SearchStrategy[Case], send: Callable[[Case, bool], None], examples: int) -> None:
    """Send some of the cases of an operation, each to what is there or to what is said."""
    limits = settings(
        max_examples=examples,
        phases=(Phase.generate,),
        suppress_health_check=UNHURRIED,
        deadline=None,
    )
    limits(given(case=cases, there=st.booleans())(send))()


def test_no_request_breaks_what_the_document_promises(server: Asking, known: Any) -> None:
    assert tried(server, known, examples=5) > 250


@pytest.mark.soak
def test_no_request_of_very_many_breaks_what_the_document_promises(server: Asking, known: Any) -> None:
    assert tried(server, known, examples=200) > 10_000
