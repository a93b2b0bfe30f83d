"""What only a process of its own can show: what a server loads, what it prints, and how it ends."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from engine.web.host import GRACE
from tests.cli.conftest import Cli
from tests.cli.served import SAID, WAIT, ask, served

LOADED = """
import asyncio, sys
from pathlib import Path
import httpx
from engine.settings import Settings
from server import create_app

PATHS = ["/", "/api/health", "/api/openapi.json", "/api/nodes", "/api/models", "/api/templates",
         "/api/settings", "/api/templates/text_to_image", "/api/queue", "/api/runs", "/api/sessions"]

async def main():
    app = create_app(Settings.load(), Path())
    transport = httpx.ASGITransport(app)
    async with (app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client):
        for path in PATHS:
            assert (await client.get(path)).status_code == 200, path
        opened = await client.post("/api/sessions", json={"name": "text_to_image"})
        assert (await client.get(f"/api/sessions/{opened.json()['id']}")).status_code == 200

asyncio.run(main())
print([name for name in ("torch", "diffusers", "transformers") if name in sys.modules])
"""


def test_serving_loads_no_torch(home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_it_says_where_it_is_answers_there_and_ends_on_a_signal(home: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        with served() as server:
            assert server.said == f"Knotwork serves {Path().resolve()} at http://127.0.0.1:{server.port}/\n"
            assert server.get("/api/health").status_code == 200
            assert server.end(number) == (0, "", "")


def test_who_waits_for_a_run_is_answered_when_the_server_stops(home: Path) -> None:
    graph = {"knotwork": 1, "nodes": {"sum": {"type": "math.add", "params": {"a": 1, "b": 2}}}}
    with served() as server, ThreadPoolExecutor(1) as other:
        server.post("/api/queue/pause")
        waiting = other.submit(server.post, f"/api/runs?wait={WAIT}", {"graph": {"document": graph}})
        while not server.get("/api/queue").json()["waiting"]:
            pass
        begun = monotonic()
        assert server.end() == (0, "", "")
        assert waiting.result().status_code == 202
        assert [run["state"] for run in waiting.result().json()] == ["queued"]
        assert monotonic() - begun < GRACE


def test_it_listens_on_loopback_only(home: Path) -> None:
    with served() as server, pytest.raises(httpx.ConnectError):
        ask(f"http://127.0.0.2:{server.port}/")
    with served("--host", "0.0.0.0") as server:
        assert ask(f"http://127.0.0.2:{server.port}/").status_code == 401


def test_a_server_for_others_prints_a_token_once_and_never_again(home: Path) -> None:
    with served("--host", "0.0.0.0") as server:
        token = server.path.removeprefix("/?token=")
        assert len(token) >= 43
        assert server.get("/api/health").status_code == 401
        assert server.get("/api/health", Authorization=f"Bearer {token}").status_code == 200
        assert server.get(f"/?token={token}").status_code == 303
        assert server.get("/?token=wrong").status_code == 401
        assert server.get("/api/nothing", Authorization=f"Bearer {token}").status_code == 404
        _, out, error = server.end()
        assert token not in out + error


def test_what_is_refused_leaves_nothing_in_the_log(home: Path) -> None:
    with served("--host", "0.0.0.0") as server:
        token = server.path.removeprefix("/?token=")
        with pytest.raises(InvalidStatus):
            connect(f"ws://127.0.0.1:{server.port}/api/live", open_timeout=WAIT)
        form = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
        uploads = f"http://127.0.0.1:{server.port}/api/uploads"
        answer = httpx.post(uploads, content=b"nonsense", headers=form, trust_env=False, timeout=WAIT)
        assert answer.status_code == 400
        assert server.end() == (0, "", "")


def test_a_token_that_was_given_is_not_printed(home: Path) -> None:
    token = "a-token-that-was-given"
    with served("--host", "0.0.0.0", KNOTWORK_TOKEN=token) as server:
        assert server.path == "/"
        assert server.get("/api/health", Authorization=f"Bearer {token}").status_code == 200
        assert token not in "".join(map(str, server.end()))


def test_a_proxy_shows_it_below_a_prefix_by_its_own_name(home: Path) -> None:
    with served("--root-path", "/graphs/", "--allow-host", "graphs.example") as server:
        prefix, token = server.path.split("?token=")
        assert prefix == "/graphs/"
        headers = {"Host": "graphs.example", "Authorization": f"Bearer {token}"}
        for path in ("/api/openapi.json", "/graphs/api/openapi.json"):
            document = server.get(path, **headers).json()
            assert document["servers"] == [{"url": "/graphs"}]
        assert (
            server.get("/api/health", Host="other.example", Authorization=f"Bearer {token}").status_code
            == 403
        )


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    file, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    try:
        subprocess.run([*command, "-keyout", key, "-out", file], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return file, key


def test_it_speaks_tls(home: Path, certificate: tuple[Path, Path]) -> None:
    file, key = certificate
    with served("--ssl-certfile", str(file), "--ssl-keyfile", str(key)) as server:
        assert " at https://127.0.0.1:" in server.said
        trusting = ssl.create_default_context(cafile=str(file))
        assert ask(f"https://localhost:{server.port}/api/health", trusting=trusting).status_code == 200


def refused(cli: Cli, *words: str | Path) -> str:
    result = cli("serve", *words)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    return result.stderr


def test_an_address_that_is_taken_is_told(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = refused(cli, "--port", str(taken.getsockname()[1]))
    assert "expected an address that is free" in said
    assert "--port" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "256.1.1.1"], "expected an address that is free"),
        (["--host", "0.0.0.0", "--token", "short"], "16 ASCII characters or more"),
        (["--root-path", "graphs"], "--root-path: expected a path such as /knotwork"),
        (["--root-path", "/api"], "--root-path: expected a path such as /knotwork"),
        (["--ssl-keyfile", "key.pem"], "--ssl-certfile beside it"),
        (["--ssl-certfile", "missing.pem"], "expected a certificate and its key"),
        (["--database", "nonsense"], "database: expected a URL"),
        (["--workspace", "/dev/null/x"], "expected a folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_call_that_makes_no_sense_is_told(cli: Cli, words: list[str], said: str) -> None:
    assert said in refused(cli, "--port", "0", *words)


def test_the_password_of_a_database_is_not_told(cli: Cli) -> None:
    said = refused(cli, "--port", "0", "--database", "postgresql://user:s3cret@127.0.0.1:1/none")
    assert "s3cret" not in said
    assert "user:***@127.0.0.1:1" in said


def test_the_browser_is_opened_when_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path("opened").absolute()
    os.mkfifo(opened)
    browser = Path("browser").absolute()
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    with served("--open", BROWSER=str(browser)) as server:
        assert opened.read_text() == f"http://127.0.0.1:{server.port}/\n"


PACK = '''
from engine import node
from engine.declare.registry import Pack

pack = Pack("making", {"making": ("making",)})


@node("making.first")
def first() -> int:
    """Give 1."""
    return 1
'''


def test_a_pack_that_is_changed_starts_the_server_again(home: Path) -> None:
    pack = home.parent / "pack"
    installed = pack / "making-0.1.0.dist-info"
    installed.mkdir(parents=True)
    (pack / "making.py").write_text(PACK)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: making\nVersion: 0.1.0\n")
    (installed / "entry_points.txt").write_text("[knotwork.nodes]\nmaking = making:pack\n")
    (installed / "direct_url.json").write_text(
        json.dumps({"url": "file:///", "dir_info": {"editable": True}})
    )
    path = os.pathsep.join([str(pack), *filter(None, [os.environ.get("PYTHONPATH")])])
    with served("--watch-packs", "--host", "0.0.0.0", PYTHONPATH=path) as server:
        token = server.path.removeprefix("/?token=")
        bearer = {"Authorization": f"Bearer {token}"}
        assert server.get("/api/nodes/making.first", **bearer).status_code == 200
        (pack / "making.py").write_text(PACK.replace("making.first", "making.second"))
        assert server.process.stdout is not None
        again = SAID.fullmatch(server.process.stdout.readline())
        assert again is not None
        assert token not in again[0]
        server.port = int(again[4])
        assert server.get("/api/nodes/making.second", **bearer).status_code == 200
        assert server.get("/api/nodes/making.first", **bearer).status_code == 404
