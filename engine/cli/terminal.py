"""What the commands say: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import typer

from engine.errors import GraphError, KnotworkError, Problem

if TYPE_CHECKING:
    from engine.service.licences import Flag

DONE, FAILED, WRONG, CANCELLED = 0, 1, 2, 130
UNITS = ("B", "KB", "MB", "GB", "TB")


class Unreadable(KnotworkError):
    """An option of the command line is not of its form."""


def note(text: str) -> None:
    """Tell the person at the terminal something that is no result."""
    print(text, file=sys.stderr, flush=True)


def note_licences(flags: Iterable[Flag]) -> None:
    """Tell which weights are restricted, each licence once."""
    users: dict[str, list[str]] = {}
    for flag in flags:
        said = f"{flag.family}: {flag.licence}" if flag.family else flag.licence
        users.setdefault(said, []).append(flag.instance)
    for said, instances in users.items():
        note(f"licence of weights ({', '.join(instances)}): {said}")


def result(value: Mapping[str, Any]) -> None:
    """Print the one machine-readable object of a command. Numbers that JSON lacks become ``null``."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)
    print(text, flush=True)


@contextmanager
def refusing(as_json: bool) -> Generator[None]:
    """End the command with exit code 2, and a text or an object that says why, when the call is wrong.

    Args:
        as_json: Whether stdout gets an object.
    """
    try:
        yield
    except KnotworkError as error:
        problems = error.problems if isinstance(error, GraphError) else ()
        if as_json:
            result({"status": "refused", "error": str(error), "problems": list(map(record, problems))})
        if problems:
            show_problems(problems)
        else:
            note(str(error))
        raise typer.Exit(WRONG) from None


def record(problem: Problem) -> dict[str, str]:
    """A problem for a machine."""
    return {name: getattr(problem, name) for name in Problem.__slots__}


def show_problems(problems: Sequence[Problem]) -> None:
    """List problems for a person: a table at a terminal, else a line for each."""
    if not sys.stderr.isatty():
        note("\n".join(map(str, problems)))
        return
    rows = [(one.instance or "graph", one.port, one.expected, one.got, one.cure) for one in problems]
    show_table(("instance", "port", "expected", "got", "cure"), rows, to_stderr=True)
    note(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}")


def show_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[str] = (), to_stderr: bool = False
) -> None:
    """Print a table; where nobody sees it, tabs separate the columns and nothing is cut.

    Args:
        head: Names of the columns.
        rows: Their texts.
        right: Columns of numbers.
        to_stderr: Whether it is no result.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    if not stream.isatty():
        for row in rows:
            print("\t".join(text.replace("\n", " ") for text in row), file=stream)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, show_header=any(head))
    for name in head:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(stderr=to_stderr).print(table)


def size(count: float) -> str:
    """Bytes as people read them: powers of 1000, three digits."""
    unit = 0
    while count >= 999.5 and unit < len(UNITS) - 1:
        count /= 1000
        unit += 1
    return f"{count:.3g} {UNITS[unit]}"


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d} min"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in cast("Sequence[Any]", value)]
    return value
