"""``knotwork run``: run a graph and write its outputs to files."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import inputs, out, source

if TYPE_CHECKING:
    from engine.graph.document import Graph
    from engine.run.artifacts import Artifact
    from engine.run.report import Report

CODES = {"done": out.DONE, "failed": out.FAILED, "cancelled": out.CANCELLED}


def command(
    graph: Annotated[str, typer.Argument(help="A file, a picture that carries its graph, or an example.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set an input.")
    ] = None,
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where files go.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Run a graph and write its outputs to files."""
    from engine.executors.headless import Headless
    from engine.graph.document import Graph
    from engine.run.artifacts import export
    from engine.settings import Settings

    start = perf_counter()
    settings = Settings.load()
    path = source.find(graph, settings)
    document = Graph.read(path)
    with Headless(settings, base=path.parent) as headless:
        values = inputs.assign(set_ or (), inputs.ports(document, headless.registry, headless.reference))
        loaded = perf_counter()
        report = headless.run(document, values)
        artifacts = export(report.outputs, report.digests, folder, {})
    report.seconds = {"load": loaded - start, **report.seconds}
    for failure in report.failures:
        out.note(str(failure))
    if as_json:
        out.result(summary(document, report, artifacts))
    else:
        for artifact in artifacts:
            print(artifact.path or f"{artifact.output} = {artifact.value!r}")
    raise typer.Exit(CODES[report.status])


def summary(graph: Graph, report: Report, artifacts: list[Artifact]) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    return {
        "status": report.status,
        "graph": graph.digest(),
        "outputs": [
            {
                "output": one.output,
                "type": one.type,
                "path": None if one.path is None else str(one.path),
                "digest": one.digest,
                "value": one.value,
            }
            for one in artifacts
        ],
        "nodes": report.counts,
        "seconds": report.seconds,
        "timings": report.timings,
        "failures": [
            {"instance": one.instance, "node": one.node, "reason": str(one)} for one in report.failures
        ],
    }
