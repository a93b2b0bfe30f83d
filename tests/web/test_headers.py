import pytest
from starlette.types import Message, Receive, Scope, Send

from engine.web.headers import HEADERS, SecureHeaders
from tests.web.asking import Asking, ask


def policy(text: str) -> dict[str, list[str]]:
    parts = (part.split() for part in text.split(";"))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/nothing", "/api/nodes", "/api/openapi.json"])
def test_every_answer_carries_the_headers(server: Asking, path: str) -> None:
    headers = server.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert policy(headers["content-security-policy"])["frame-ancestors"] == ["'none'"]


def test_a_refused_request_carries_them_too(server: Asking) -> None:
    answer = server.get("/api/health", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_runs_its_own_scripts_only_and_none_that_stand_in_it(server: Asking) -> None:
    found = policy(server.get("/").headers["content-security-policy"])
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == ["'self'"]
    assert found["base-uri"] == ["'none'"]
    styles = found.pop("style-src")
    assert styles == ["'self'", "'unsafe-inline'"]
    allowed = {source for sources in found.values() for source in sources}
    assert not allowed & {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}


def test_a_header_that_an_answer_sets_itself_stays() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"cache-control", b"no-cache")],
        }
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    assert ask(SecureHeaders(app)).headers["cache-control"] == "no-cache"
    assert HEADERS["cache-control"] == "no-store"
