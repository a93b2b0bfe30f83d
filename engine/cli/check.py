"""``knotwork check``: every problem of a graph, at once."""

from __future__ import annotations

import typer

from engine.cli import options, terminal


def command(graph: options.GraphName, as_json: options.Json = False) -> None:
    """List every problem of a graph; exit code 2 if there is one."""
    with terminal.refusing(as_json):
        from engine.cli.request import checked

        document, problems = checked(graph)
    if as_json:
        found = [terminal.record(problem) for problem in problems]
        terminal.result({"graph": document.digest(), "ok": not problems, "problems": found})
    if problems:
        terminal.show_problems(problems)
        raise typer.Exit(terminal.WRONG)
    if not as_json:
        nodes = len(document.nodes)
        terminal.note(f"{nodes} node{'' if nodes == 1 else 's'}: no problems")
