"""``knotwork diff``: what two graphs do differently."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engine.cli import options, terminal

Second = Annotated[str, typer.Argument(metavar="B", help="The later graph.")]
First = Annotated[str, typer.Argument(metavar="A", help="The earlier graph.")]


def command(before: First, after: Second, as_json: options.Json = False) -> None:
    """List what differs between two graphs, instance by instance."""
    with terminal.refusing(as_json):
        from engine.cli import source
        from engine.graph.diff import diff
        from engine.graph.document import Graph
        from engine.settings import Settings

        settings = Settings.load()
        first, second = (Graph.read(source.find(name, settings)) for name in (before, after))
        changes = diff(first, second)
    if as_json:
        records: list[dict[str, Any]] = [
            {"kind": one.kind, "instance": one.instance, "field": one.field, "old": one.old, "new": one.new}
            for one in changes
        ]
        same = first.digest() == second.digest()
        terminal.result(
            {"before": first.digest(), "after": second.digest(), "same": same, "changes": records}
        )
        return
    for change in changes:
        print(change)
    if not changes:
        terminal.note("no difference")
    elif first.digest() == second.digest():
        terminal.note("the same results: only titles, help or the editor's view differ")
