import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from engine.web.auth import Access, BadToken, Guard, access_for
from engine.web.prefix import Prefix
from tests.web.asking import HERE, Answer, ask

TOKEN = "a-token-that-is-long-enough"
BEARER = {"authorization": f"Bearer {TOKEN}"}
WITH_TOKEN = access_for("0.0.0.0", 8420, TOKEN)
COOKIE = {"cookie": f"knotwork-8420={TOKEN}"}
OURS = {"origin": "http://127.0.0.1:8420"}


async def _thing(request: Any) -> PlainTextResponse:
    return PlainTextResponse("here")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


ROUTES = [
    Route("/{path:path}", _thing, methods=["GET", "POST", "DELETE"]),
    WebSocketRoute("/api/live", _socket),
]


def guarded(access: Access) -> Guard:
    return Guard(Starlette(routes=ROUTES), access)


def asked(access: Access, headers: dict[str, str], method: str = "GET", path: str = "/api/thing") -> Answer:
    return ask(guarded(access), path, method, headers=headers)


def opened(access: Access, headers: dict[str, str], *, denial: bool = True) -> list[Message]:
    """What the server says when a socket is opened."""
    said: list[Message] = []
    scope = {
        "type": "websocket",
        "path": "/api/live",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "extensions": {"websocket.http.response": {}} if denial else {},
    }

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        said.append(message)

    asyncio.run(guarded(access)(scope, receive, send))
    return said


# --- hosts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8420", "localhost:8420", "LOCALHOST", "[::1]:8420", "localhost."]
)
def test_a_loopback_server_answers_to_its_loopback_names(host: str) -> None:
    assert asked(Access(), {"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8420", "127.0.0.1.evil.example", "10.0.0.1", ""]
)
def test_a_name_that_was_led_here_is_refused(host: str) -> None:
    answer = asked(Access(), {"host": host})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("expected one of this server's names as the host")


def test_a_server_on_every_address_answers_to_any_address_but_to_no_strange_name() -> None:
    hosts = ["192.168.1.5:8420", "[fe80::1]:8420", "evil.example"]
    assert [asked(WITH_TOKEN, {"host": host, **BEARER}).status_code for host in hosts] == [200, 200, 403]


def test_a_name_that_was_allowed_is_answered() -> None:
    access = access_for("127.0.0.1", 8420, TOKEN, ["Graphs.example"])
    assert asked(access, {"host": "graphs.example", **BEARER}).status_code == 200


# --- tokens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.53"])
def test_loopback_needs_no_token(host: str) -> None:
    assert access_for(host, 8420).token == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "mybox"])
def test_any_other_address_draws_a_token_that_cannot_be_guessed(host: str) -> None:
    first, second = access_for(host, 8420).token, access_for(host, 8420).token
    assert len(first) >= 43
    assert first != second


def test_loopback_behind_a_proxy_draws_a_token() -> None:
    assert access_for("127.0.0.1", 8420, proxied=True).token
    assert access_for("127.0.0.1", 8420, allowed=["graphs.example"]).token


@pytest.mark.parametrize(
    "token", ["short", "sixteen letters with spaces", "sixteen-lettérs-and-more", "x" * 16 + "\n"]
)
def test_a_token_that_is_short_or_fits_no_header_is_refused(token: str) -> None:
    with pytest.raises(BadToken, match="16 ASCII characters or more"):
        access_for("0.0.0.0", 8420, token)


def test_a_bearer_token_or_a_cookie_opens() -> None:
    assert asked(WITH_TOKEN, BEARER).status_code == 200
    assert asked(WITH_TOKEN, COOKIE).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer ünïcode"},
        {"cookie": "knotwork-8420=wrong"},
        {"cookie": f"knotwork-9999={TOKEN}"},
    ],
)
def test_without_the_token_nothing_opens(headers: dict[str, str]) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    answer = ask(guarded(WITH_TOKEN), headers=encoded)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in answer.text


def test_the_address_with_the_token_leaves_a_cookie_and_loses_the_token() -> None:
    answer = asked(WITH_TOKEN, {}, path=f"/some/page?token={TOKEN}")
    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/some/page")
    assert cookie.startswith(f"knotwork-8420={TOKEN};")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_the_cookie_of_an_encrypted_page_below_a_prefix_stays_there() -> None:
    app = Prefix(guarded(WITH_TOKEN), "/graphs")
    answer = ask(app, f"/?token={TOKEN}", base="https://127.0.0.1:8420")
    assert answer.headers["location"] == "/graphs/"
    assert {"Path=/graphs", "Secure"} <= set(answer.headers["set-cookie"].split("; "))


def test_the_address_with_the_token_leads_to_no_other_server() -> None:
    answer = asked(WITH_TOKEN, {}, path=f"{HERE}//evil.example/x?token={TOKEN}")
    assert answer.headers["location"] == "/evil.example/x"


def test_a_wrong_token_in_the_address_leaves_nothing() -> None:
    answer = asked(WITH_TOKEN, {}, path="/?token=wrong")
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_the_api_takes_no_token_in_the_address() -> None:
    assert asked(WITH_TOKEN, {}, path=f"/api/thing?token={TOKEN}").status_code == 401


# --- origins ------------------------------------------------------------------------------------------------

FOREIGN = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost:3000"},
    {"origin": "http://127.0.0.1:8420.evil.example"},
    {"origin": "http://127.0.0.1:notaport"},
    {"origin": "file://127.0.0.1:8420"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_what_comes_from_another_origin_is_refused(headers: dict[str, str], method: str) -> None:
    assert asked(Access(), headers, method).status_code == 403


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_the_token_does_not_help_another_origin(headers: dict[str, str]) -> None:
    assert asked(WITH_TOKEN, {**headers, **COOKIE}, "POST").status_code == 403


@pytest.mark.parametrize(
    "headers", [OURS, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {}], ids=str
)
def test_the_own_page_and_programs_may_change_things(headers: dict[str, str]) -> None:
    assert asked(Access(), headers, "POST").status_code == 200


def test_a_referrer_elsewhere_stands_in_for_an_origin() -> None:
    headers = {"referer": "http://evil.example/page"}
    assert [asked(Access(), headers, method).status_code for method in ("POST", "GET")] == [403, 200]


def test_a_cookie_alone_changes_nothing() -> None:
    assert asked(WITH_TOKEN, COOKIE, "POST").status_code == 403
    assert asked(WITH_TOKEN, {**COOKIE, **OURS}, "POST").status_code == 200
    assert asked(WITH_TOKEN, BEARER, "POST").status_code == 200


def test_a_link_elsewhere_may_lead_to_the_page_but_not_into_the_api() -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert [asked(Access(), link, path=path).status_code for path in ("/", "/api", "/api/thing")] == [
        200,
        403,
        403,
    ]


def test_a_port_that_the_scheme_implies_need_not_be_said() -> None:
    access = access_for("127.0.0.1", 443, TOKEN, ["graphs.example"])
    headers = {"host": "graphs.example:443", "origin": "https://graphs.example", **BEARER}
    assert asked(access, headers, "POST").status_code == 200


def test_the_origin_of_a_proxy_that_changes_the_host_is_allowed_by_name() -> None:
    headers = {"host": "127.0.0.1:8420", "origin": "https://graphs.example:8443", **BEARER}
    assert asked(access_for("127.0.0.1", 8420, TOKEN), headers, "POST").status_code == 403
    allowed = access_for("127.0.0.1", 8420, TOKEN, ["graphs.example:8443"])
    assert asked(allowed, headers, "POST").status_code == 200


# --- sockets ------------------------------------------------------------------------------------------------

HOST = {"host": "127.0.0.1:8420"}


def test_a_socket_of_the_own_page_is_opened() -> None:
    assert opened(Access(), {**HOST, **OURS})[0]["type"] == "websocket.accept"
    assert opened(WITH_TOKEN, {**HOST, **OURS, **COOKIE})[0]["type"] == "websocket.accept"
    assert opened(WITH_TOKEN, {**HOST, **BEARER})[0]["type"] == "websocket.accept"


@pytest.mark.parametrize(
    ("access", "headers", "status"),
    [
        (Access(), {"host": "evil.example"}, 403),
        (Access(), {**HOST, "origin": "http://evil.example"}, 403),
        (WITH_TOKEN, {**HOST, **OURS}, 401),
        (WITH_TOKEN, {**HOST, **COOKIE}, 403),
    ],
)
def test_a_socket_is_refused_as_a_request_is(access: Access, headers: dict[str, str], status: int) -> None:
    start = opened(access, headers)[0]
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)


def test_a_server_that_cannot_answer_a_socket_closes_it() -> None:
    assert opened(Access(), {"host": "evil.example"}, denial=False) == [
        {"type": "websocket.close", "code": 1008, "reason": ""}
    ]
