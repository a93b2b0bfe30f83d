"""``knotwork run``: run a graph and write its outputs to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options, terminal
from engine.errors import an

if TYPE_CHECKING:
    from engine.cli.request import Request
    from engine.cli.summary import Outcome
    from engine.run.report import Status

CODES: dict[Status, int] = {
    "done": terminal.DONE,
    "failed": terminal.FAILED,
    "cancelled": terminal.CANCELLED,
}

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")]
Name = Annotated[
    str | None,
    typer.Option(
        metavar="TEMPLATE",
        help="Name of a file, with {output}, {graph}, {seed}, {index} or an input; replaces what is there.",
    ),
]
NoMetadata = Annotated[bool, typer.Option("--no-metadata", help="Leave the graph out of the pictures.")]

CheckPurity = Annotated[
    bool, typer.Option("--check-purity", help="Fail nodes that change an input they don't own; slower.")
]


def command(
    graph: options.GraphName,
    set: options.Set = None,
    sweep: options.Sweep = None,
    output: options.Output = None,
    out: Out = Path(),
    name: Name = None,
    random_seed: options.RandomSeed = False,
    no_cache: options.NoCache = False,
    force: options.Force = None,
    device: options.Device = None,
    no_metadata: NoMetadata = False,
    check_purity: CheckPurity = False,
    as_json: options.Json = False,
) -> None:
    """Run a graph and write its outputs to files."""
    with terminal.refusing(as_json):
        from engine.cli.request import Request

        request = Request(
            graph, set or (), sweep or (), output or (), force or (), random_seed, no_cache, device
        )
        status = _run(request, out, name, as_json, metadata=not no_metadata, check_purity=check_purity)
    raise typer.Exit(CODES[status])


def _run(
    request: Request, out: Path, template: str | None, as_json: bool, *, metadata: bool, check_purity: bool
) -> Status:
    from engine.cli.execution import Execution
    from engine.cli.request import opened
    from engine.cli.summary import describe, overall, sentence
    from engine.service.licences import flags

    with opened(request) as job:
        execution = Execution(job, request, out, template, metadata=metadata, check_purity=check_purity)
        for index in range(len(job.points)):
            outcome = execution(index, quiet=as_json)
            if not as_json:
                _print(outcome)
            if outcome.report.status == "cancelled":
                break
        at = job.headless
        found = flags(job.points[0].graph, at.registry, at.files.resolve, at.reference)
    outcomes = execution.outcomes
    if as_json:
        record = describe(outcomes, job.graph.digest(), swept=bool(request.sweep))
        terminal.result(record | {"licences": [flag._asdict() for flag in found]})
    for failure in (failure for one in outcomes for failure in one.report.failures):
        terminal.note(str(failure))
    for warning in (warning for one in outcomes for warning in one.report.warnings):
        terminal.note(f"not kept: {warning}")
    terminal.note_licences(found)
    if not as_json:
        terminal.note(sentence(outcomes))
    return overall(outcomes)


def _print(outcome: Outcome) -> None:
    """Print the files, and the values of what is no file."""
    for one in outcome.artifacts:
        if one.path is not None:
            print(one.path, flush=True)
        elif one.value is not None:
            print(f"{one.output} = {one.value}", flush=True)
        else:
            print(f"{one.output}: {an(one.type)}, {one.digest[:12]}", flush=True)
