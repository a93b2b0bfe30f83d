"""``knotwork serve``: edit, run and look back in a browser, from scripts and by agents."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket

    from engine.web.host import Certificate, Host

LOOK = 0.5
"""Seconds between two looks at the sources of packs."""
TOKEN, DATABASE = "KNOTWORK_TOKEN", "KNOTWORK_DATABASE"
OPEN = "--open"

Folder = Annotated[Path, typer.Option("--workspace", metavar="DIR", help="Folder of graph files.")]
Address = Annotated[str, typer.Option("--host", metavar="H", help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 = any free one.")]
Open = Annotated[bool, typer.Option(OPEN, help="Open the page in the browser.")]
Token = Annotated[
    str, typer.Option(metavar="T", envvar=TOKEN, help="What callers must show; drawn if it is needed.")
]
Names = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="NAME", help="Another name by which it is reached, or NAME:PORT."),
]
Database = Annotated[
    str,
    typer.Option(metavar="URL", envvar=DATABASE, help="Another database than the one in the home folder."),
]
RootPath = Annotated[str, typer.Option(metavar="/PREFIX", help="Path under which a proxy shows it.")]
CertificateFile = Annotated[Path | None, typer.Option("--ssl-certfile", help="Certificate (PEM), for https.")]
KeyFile = Annotated[Path | None, typer.Option("--ssl-keyfile", help="Its private key (PEM).")]
WatchPacks = Annotated[
    bool, typer.Option("--watch-packs", help="Start again whenever a pack under development is changed.")
]


def command(
    workspace: Folder = Path(),
    host: Address = "127.0.0.1",
    port: Port = 8420,
    open: Open = False,
    token: Token = "",
    allow_host: Names = None,
    database: Database = "",
    root_path: RootPath = "",
    ssl_certfile: CertificateFile = None,
    ssl_keyfile: KeyFile = None,
    watch_packs: WatchPacks = False,
) -> None:
    """Serve the API, and the editor where it was built, until Ctrl-C."""
    with terminal.refusing(False):
        import asyncio

        from engine.settings import Settings
        from engine.web.auth import access_for
        from engine.web.host import Host, listen

        prefix, certificate = _prefix(root_path), _certificate(ssl_certfile, ssl_keyfile)
        with listen(host, port) as listening:
            bound = listening.getsockname()[1]
            access = access_for(host, bound, token, allow_host or (), proxied=bool(prefix))
            # The application stands above the engine, which knows it by name only
            app = import_module("server").create_app(
                Settings.load(), workspace, access=access, database_url=database, root_path=prefix
            )
            address = _address(host, bound, prefix, secure=certificate is not None)

            def ready() -> None:
                entrance = address if access.token in ("", token) else f"{address}?token={access.token}"
                print(f"Knotwork serves {workspace.resolve()} at {entrance}", flush=True)
                if open:
                    _open(address, access.token)

            changed = asyncio.run(_serve(Host(app, certificate), listening, ready, watch=watch_packs))
    if changed:
        _begin_again(access.token)


async def _serve(host: Host, listening: socket, ready: Callable[[], None], *, watch: bool) -> bool:
    """Serve to the end; True when it was because of a pack that somebody changed."""
    import asyncio

    watching = asyncio.create_task(_watch(host)) if watch else None
    await host.run_on(listening, ready)
    return watching is not None and not watching.cancel()


async def _watch(host: Host) -> None:
    """Stop once the source of a pack under development is another."""
    import asyncio

    from engine.service.editable import sources

    before = await asyncio.to_thread(sources)
    while await asyncio.to_thread(sources) == before:
        await asyncio.sleep(LOOK)
    terminal.note("A pack has changed: starting again.")
    host.stop()


def _begin_again(token: str) -> None:
    """Become a new process with the same words; clients come back by themselves, with the token they have."""
    os.environ[TOKEN] = token
    os.execv(sys.executable, [sys.executable, *(word for word in sys.orig_argv[1:] if word != OPEN)])


def _prefix(root_path: str) -> str:
    prefix = root_path.rstrip("/")
    if prefix and (not prefix.startswith("/") or prefix == "/api"):
        raise terminal.Unreadable(f'--root-path: expected a path such as /knotwork, got "{root_path}".')
    return prefix


def _certificate(file: Path | None, key: Path | None) -> Certificate | None:
    from engine.web.host import Certificate

    if file is None and key is not None:
        raise terminal.Unreadable("--ssl-keyfile: expected --ssl-certfile beside it. Name the certificate.")
    return None if file is None else Certificate(file, key)


def _address(host: str, port: int, prefix: str, *, secure: bool) -> str:
    """Where a person finds it; a server on every address is found by the machine's name."""
    from socket import gethostname

    from engine.web.auth import EVERYWHERE

    bare = host.strip("[]")
    shown = gethostname() if bare in EVERYWHERE else f"[{bare}]" if ":" in bare else bare
    return f"{'https' if secure else 'http'}://{shown}:{port}{prefix}/"


def _open(address: str, token: str) -> None:
    """Open the browser, which may take its time."""
    import webbrowser
    from threading import Thread
    from urllib.parse import quote

    where = f"{address}?token={quote(token)}" if token else address
    Thread(target=webbrowser.open, args=(where,), daemon=True).start()
