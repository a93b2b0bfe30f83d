"""Who may speak to the server: names that it answers to, origins, the token.

A page of another site can make a browser send requests here, with this server's cookies, and can let its own
name lead to this machine (DNS rebinding). So the ``Host`` must be one of the server's names; whatever says
that it comes from another origin is refused; and what changes something on the strength of a cookie must say
that it comes from this one. Programs that are no browsers send no ``Origin``, and a bearer token.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import gethostname
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import KnotworkError
from engine.web.errors import HttpRefusal, failure
from engine.web.prefix import below, own_path

LOOPBACK = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("0.0.0.0", "::")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SHORTEST = 16
"""Characters of a token at least: a shorter one can be guessed."""
DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
YEAR = 365 * 24 * 3600


class BadToken(KnotworkError):
    """A token is too short, or can't be sent in a header."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may speak to the server.

    Attributes:
        token: What callers must show; empty where none is needed.
        names: Host names and addresses that it answers to.
        addresses: Whether it answers to any address in digits, too: nobody can let those lead elsewhere.
        origins: Host names, with the port if it is another than the scheme's, under which a proxy shows it.
        cookie: Name of the cookie that holds the token; cookies of one host are shared by all its ports.
    """

    token: str = ""
    names: frozenset[str] = frozenset(LOOPBACK)
    addresses: bool = False
    origins: frozenset[str] = frozenset()
    cookie: str = "knotwork"


def access_for(
    host: str, port: int, token: str = "", allowed: Iterable[str] = (), *, proxied: bool = False
) -> Access:
    """The access that fits what a server is bound to.

    Args:
        host: Address or name that it listens on.
        port: Port that it listens on.
        token: The token; drawn when one is needed and none is given.
        allowed: Further names under which it is reached, with a port if need be.
        proxied: Whether others reach it though it listens on loopback only.

    Raises:
        BadToken: The token can't be one.
    """
    extra = frozenset(name.lower() for name in allowed)
    if token and (len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token):
        raise BadToken(
            f"expected a token of {SHORTEST} ASCII characters or more. Let it be drawn: give none."
        )
    if not token and (proxied or extra or not is_loopback(host)):
        token = secrets.token_urlsafe(32)
    bound = host.strip("[]").lower()
    everywhere = bound in EVERYWHERE
    machine = (gethostname().lower(),) if everywhere else ()
    names = frozenset((*LOOPBACK, bound, *machine, *(_host(name) for name in extra)))
    return Access(token, names, everywhere, extra, f"knotwork-{port}")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


class Guard:
    """Refuses requests and sockets that ``Access`` doesn't let in.

    Args:
        app: What it stands before.
        access: Who may come in.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it in, or answer why not."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        caller = _Caller(scope)
        try:
            _check_host(caller, self.access)
            _check_origin(caller, self.access)
            answer = self._entered(caller)
            if answer is None:
                _check_token(caller, self.access)
        except HttpRefusal as refusal:
            answer = failure(refusal.status, str(refusal), headers=refusal.headers)
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
            await answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": ""})

    def _entered(self, caller: _Caller) -> Response | None:
        """Move the token from the address of the page into a cookie."""
        given = parse_qs(caller.scope.get("query_string", b"").decode("latin-1")).get("token")
        if not given or not self.access.token or not caller.is_page:
            return None
        if not _equal(given[0], self.access.token):
            raise _unknown()
        root = caller.scope.get("root_path", "")
        answer = RedirectResponse(f"{root}/{own_path(caller.scope).lstrip('/')}", 303)  # never //elsewhere
        secure = caller.scope.get("scheme") == "https"
        # "strict" would withhold the cookie from the redirect when the link was followed in a chat or a mail;
        # requests of other sites are refused by their origin
        answer.set_cookie(
            self.access.cookie,
            self.access.token,
            max_age=YEAR,
            path=root or "/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        return answer


class _Caller:
    """What a request or socket says of who sends it."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.headers = Headers(scope=scope)
        self.changes = scope["type"] == "http" and scope["method"] not in SAFE
        self.is_socket = scope["type"] == "websocket"
        self.site = self.headers.get("sec-fetch-site", "")

    @property
    def is_page(self) -> bool:
        """Whether it asks for the page, not for the API."""
        return not self.is_socket and not self.changes and not below(own_path(self.scope), "/api")

    @property
    def follows_link(self) -> bool:
        """Whether somebody follows a link to the page: that shows the page, and changes nothing."""
        return self.is_page and self.headers.get("sec-fetch-mode") == "navigate"

    @property
    def origin(self) -> str | None:
        """Where it comes from, as far as it says so; the referrer stands in where the browser is old."""
        referrer = self.headers.get("referer") if self.changes else None
        return self.headers.get("origin") or referrer

    def bearer(self) -> str:
        """The token of its ``Authorization`` header."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def cookie(self, name: str) -> str:
        """The token of its cookie."""
        return cookie_parser(self.headers.get("cookie", "")).get(name, "")


def _check_host(caller: _Caller, access: Access) -> None:
    host = caller.headers.get("host", "")
    name = _host(host)
    if name in access.names or (access.addresses and _address(name) is not None):
        return
    cure = "Start it with --allow-host NAME if that is its name."
    raise HttpRefusal(403, f'expected one of this server\'s names as the host, got "{host}". {cure}')


def _check_origin(caller: _Caller, access: Access) -> None:
    origin = caller.origin
    if origin is not None:
        if not _same(origin, caller.headers.get("host", ""), access):
            raise _foreign(origin)
    elif caller.site in ("cross-site", "same-site") and not caller.follows_link:
        raise _foreign(caller.site)


def _check_token(caller: _Caller, access: Access) -> None:
    if not access.token or _equal(caller.bearer(), access.token):
        return
    if not _equal(caller.cookie(access.cookie), access.token):
        raise _unknown()
    if (caller.changes or caller.is_socket) and caller.origin is None and caller.site != "same-origin":
        cure = "Send the token as a bearer token."
        raise HttpRefusal(403, f"expected an Origin beside the cookie, got none. {cure}")


def _same(origin: str, host: str, access: Access) -> bool:
    try:
        parts = urlsplit(origin)
        port = str(parts.port or "")
    except ValueError:
        return False
    usual = DEFAULT_PORTS.get(parts.scheme, "")
    if not parts.hostname or not usual:
        return False
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = name if port in ("", usual) else f"{name}:{port}"
    return shown == host.lower().removesuffix(f":{usual}") or shown in access.origins


def _foreign(origin: str) -> HttpRefusal:
    cure = "Behind a proxy, start the server with --allow-host NAME."
    return HttpRefusal(403, f'expected a request of this server\'s own page, got one from "{origin}". {cure}')


def _unknown() -> HttpRefusal:
    cure = "Open the address that knotwork serve printed, or send: Authorization: Bearer TOKEN."
    return HttpRefusal(401, f"expected this server's token. {cure}", {"www-authenticate": "Bearer"})


def _equal(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), token.encode())


def _host(text: str) -> str:
    """The name or address of a ``Host`` header, without the port."""
    text = text.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].removesuffix(".")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
