"""The assembled server: nothing of it is outside the guard, and nothing that comes in is run."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.types import Message

from engine.declare.registry import Registry
from engine.service.protocol import SUBPROTOCOL
from engine.settings import Settings
from engine.web.auth import access_for
from engine.web.limits import Limits
from server import create_app
from tests.web.asking import Asking

TOKEN = "a-token-that-is-long-enough"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def guarded(settings: Settings, folder: Path, registry: Registry) -> Iterator[Asking]:
    """A server for others, too."""
    access = access_for("0.0.0.0", 8420, TOKEN)
    with Asking(create_app(settings, folder, registry=registry, access=access)) as server:
        yield server


def operations(server: Asking) -> list[tuple[str, str]]:
    paths = server.get("/api/openapi.json", headers=BEARER).json()["paths"]
    return [(method.upper(), path) for path, item in paths.items() for method in item]


def test_every_address_wants_the_token(guarded: Asking) -> None:
    others = [("GET", "/"), ("GET", "/api/openapi.json"), ("GET", "/api/nothing"), ("GET", "/nothing")]
    found = operations(guarded)
    assert len(found) > 40
    for method, path in found + others:
        assert guarded.run(guarded.client.request(method, path)).status_code == 401, (method, path)


def test_every_address_refuses_other_sites_and_other_names(guarded: Asking) -> None:
    for method, path in operations(guarded):
        for header in ({"origin": "http://evil.example"}, {"host": "evil.example"}):
            answer = guarded.run(guarded.client.request(method, path, headers=BEARER | header))
            assert answer.status_code == 403, (method, path)


def greeted(app: FastAPI, server: Asking, headers: dict[str, str]) -> str:
    """What the server says first when the socket is opened."""
    said: asyncio.Queue[Message] = asyncio.Queue()
    scope = {
        "type": "websocket",
        "path": "/api/live",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [SUBPROTOCOL],
        "extensions": {"websocket.http.response": {}},
    }

    async def opened() -> str:
        coming: asyncio.Queue[Message] = asyncio.Queue()
        coming.put_nowait({"type": "websocket.connect"})
        serving = asyncio.ensure_future(app(scope, coming.get, said.put))
        first = await said.get()
        coming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await serving
        return first["type"]

    return server.run(opened())


def test_the_socket_is_behind_the_guard_too(guarded: Asking) -> None:
    app, host = guarded.app, {"host": "127.0.0.1:8420"}
    assert isinstance(app, FastAPI)
    assert greeted(app, guarded, host) == "websocket.http.response.start"
    assert greeted(app, guarded, host | BEARER) == "websocket.accept"
    foreign = {"origin": "http://evil.example"}
    assert greeted(app, guarded, host | BEARER | foreign) == "websocket.http.response.start"


def test_a_caller_who_asks_without_end_is_told_to_wait(settings: Settings, folder: Path) -> None:
    limits = Limits(rate=0.001, burst=3)
    with Asking(create_app(settings, folder, limits=limits)) as server:
        statuses = [server.get("/api/health").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_bodies_are_bounded_everywhere(server: Asking) -> None:
    large = b"a" * (17 * 2**20)
    headers = {"content-type": "application/json"}
    for path in ("/api/runs", "/api/sessions", "/api/plan", "/api/graphs/product/run", "/api/uploads"):
        assert server.post(path, content=large, headers=headers).status_code == 413
    assert server.put("/api/graphs/mine", content=large).status_code == 413


def test_no_name_that_comes_in_is_imported(server: Asking) -> None:
    """Nodes come from the packs that were installed when the server started, and from nowhere else."""
    for name in ("this", "antigravity", "os.system", "builtins.eval", "nodes.math.add", "../this"):
        document = {"knotwork": 1, "nodes": {"n": {"type": f"{name}.x"}}, "packs": {name: "1.0"}}
        assert server.post("/api/runs", {"graph": {"document": document}}).status_code == 422
        assert server.get(f"/api/nodes/{name}.x").status_code == 404
        server.put("/api/graphs/mine", content=json.dumps(document), headers={"if-match": "*"})
    assert not {"this", "antigravity"} & sys.modules.keys()


def test_code_in_texts_stays_text(server: Asking, tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    code = f"__import__('pathlib').Path({str(mark)!r}).touch()"
    for text in (code, f"{{{code}}}", f"${{{code}}}", f"{{{{{code}}}}}", f"$(touch {mark})"):
        document = {
            "knotwork": 1,
            "title": text,
            "nodes": {"say": {"type": "probe.say", "params": {"text": text}, "title": text}},
            "outputs": {"said": "say.out"},
        }
        [run] = server.post("/api/runs?wait=30", {"graph": {"document": document}, "title": text}).json()
        assert run["artifacts"][0]["value"] == text
    assert not mark.exists()
