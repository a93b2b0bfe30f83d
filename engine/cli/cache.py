"""``knotwork cache``: how full the store of results is, and making room in it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options, terminal

if TYPE_CHECKING:
    from engine.store.store import Store

app = typer.Typer(no_args_is_help=True, help="Look after the stored results.")
Budget = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Bytes to keep at most, such as 2 GB; else the setting.")
]


@app.command()
def stats(as_json: options.Json = False) -> None:
    """Tell how full the store is."""
    with terminal.refusing(as_json), _store() as store:
        found = store.stats()
        if as_json:
            record = {name: getattr(found, name) for name in ("entries", "blobs", "pinned")}
            terminal.result(
                record
                | {"home": str(store.home), "disk_used": found.disk_used, "disk_budget": found.disk_budget}
            )
            return
        rows = [
            ("home", str(store.home)),
            ("results", str(found.entries)),
            ("files", str(found.blobs)),
            ("kept for good", str(found.pinned)),
            ("disk", f"{terminal.size(found.disk_used)} of {terminal.size(found.disk_budget)}"),
        ]
        terminal.show_table(("", ""), rows)


@app.command()
def gc(budget: Budget = None, as_json: options.Json = False) -> None:
    """Give up the results that are worth least until the store fits its budget; remove stray files."""
    with terminal.refusing(as_json), _store() as store:
        from engine.settings import bytes_of

        freed = store.gc(None if budget is None else bytes_of("--budget", budget))
        _tell(as_json, "freed", freed, f"freed {terminal.size(freed)}")


@app.command()
def verify(as_json: options.Json = False) -> None:
    """Read every stored file; results whose files are gone or damaged are dropped. Exit code 1 if one was."""
    with terminal.refusing(as_json), _store() as store:
        found = store.verify()
        if as_json:
            terminal.result({"checked": found.checked, "damaged": list(found.damaged)})
        else:
            terminal.note(f"{found.checked} files read, {len(found.damaged)} damaged and dropped")
            for digest in found.damaged:
                print(digest)
    if found.damaged:
        raise typer.Exit(terminal.FAILED)


@app.command()
def clear(as_json: options.Json = False) -> None:
    """Remove every stored result, those kept for good, too."""
    with terminal.refusing(as_json), _store() as store:
        entries = store.stats().entries
        store.clear()
        _tell(as_json, "removed", entries, f"removed {entries} results")


@contextmanager
def _store() -> Generator[Store]:
    from engine.settings import Settings
    from engine.store.store import Store

    settings = Settings.load()
    with Store(settings.home, disk_budget=settings.disk_budget, ram_budget=settings.ram_budget) as store:
        yield store


def _tell(as_json: bool, name: str, number: int, text: str) -> None:
    if as_json:
        terminal.result({name: number})
    else:
        terminal.note(text)
