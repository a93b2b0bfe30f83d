"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

GraphName = Annotated[
    str,
    typer.Argument(
        metavar="GRAPH", help="A file, a picture that carries its graph, or the name of an example."
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="Set an input of the graph, or instance.port; lists as JSON."
    ),
]
Sweep = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=a..b|v1,v2",
        help="Run once for each value: a range a..b or a..b..step, or a list. Several multiply.",
    ),
]
Output = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Compute only this output, or any instance.port."),
]
RandomSeed = Annotated[
    bool, typer.Option("--random-seed", help="Draw every seed that is not set; the report tells them.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Use no stored results, and store none.")]
Force = Annotated[
    list[str] | None,
    typer.Option(metavar="NODE", help="Run this instance, and what depends on it, whatever is stored."),
]
Device = Annotated[
    str | None, typer.Option(metavar="D", help="Compute on cpu, cuda, cuda:1, mps …; auto = the best.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
