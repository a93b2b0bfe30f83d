"""``knotwork check``: every problem of a graph, at once."""

from __future__ import annotations

import typer

from engine.cli import options, terminal


def command(graph: options.GraphName, as_json: options.Json = False) -> None:
    """List every problem of a graph, and which weights are restricted; exit code 2 if there is a problem."""
    with terminal.refusing(as_json):
        from engine.cli.request import checked

        document, problems, flags = checked(graph)
    if as_json:
        found = [terminal.record(problem) for problem in problems]
        licences = [flag._asdict() for flag in flags]
        terminal.result(
            {"graph": document.digest(), "ok": not problems, "problems": found, "licences": licences}
        )
    terminal.note_licences(flags)
    if problems:
        terminal.show_problems(problems)
        raise typer.Exit(terminal.WRONG)
    if not as_json:
        nodes = len(document.nodes)
        terminal.note(f"{nodes} node{'' if nodes == 1 else 's'}: no problems")
