"""``knotwork families``: the families of models that run here."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options, terminal

if TYPE_CHECKING:
    from engine.declare.listing import Listing

HEAD = ("family", "nodes", "formats", "example", "parity", "licence of weights")
Markdown = Annotated[bool, typer.Option("--markdown", help="Print the table of the documentation.")]


def command(as_json: options.Json = False, markdown: Markdown = False) -> None:
    """List the families of models, each with its nodes, file formats and example graph."""
    with terminal.refusing(as_json):
        from engine.declare.registry import installed

        families = installed().families()
        if as_json:
            terminal.result({"families": [asdict(family) for family in families]})
        elif markdown:
            print(table(families))
        else:
            terminal.show_table(HEAD, map(_row, families))


def table(families: list[Listing]) -> str:
    """The families as a table in Markdown."""
    rows = [HEAD, ("---",) * len(HEAD), *map(_marked, families)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(family: Listing) -> tuple[str, ...]:
    nodes, formats = ", ".join(family.nodes), ", ".join(family.formats)
    return f"{family.title} ({family.name})", nodes, formats, family.graph, family.parity, family.licence


def _marked(family: Listing) -> tuple[str, ...]:
    title, _, formats, graph, parity, licence = _row(family)
    nodes = ", ".join(f"`{node}`" for node in family.nodes)
    told = f"**{licence}**" if family.restricted else licence or "–"
    return title, nodes, formats or "–", f"[{graph}](../graphs/{graph}.json)", parity, told
