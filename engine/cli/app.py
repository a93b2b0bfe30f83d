"""The command ``knotwork``."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from engine.cli import (
    cache,
    check,
    diff,
    doctor,
    families,
    fork,
    models,
    new_pack,
    nodes,
    plan,
    run,
    schema,
    serve,
)
from engine.cli.interrupt import terminate_like_interrupt
from engine.run.heap import keep_heap

app = typer.Typer(
    name="knotwork",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.command)
app.command("plan")(plan.command)
app.command("serve")(serve.command)
app.command("check")(check.command)
app.command("nodes")(nodes.command)
app.command("models")(models.command)
app.command("families")(families.command)
app.command("diff")(diff.command)
app.command("fork")(fork.command)
app.add_typer(cache.app, name="cache")
app.command("doctor")(doctor.command)
app.command("schema")(schema.command)
app.command("new-pack")(new_pack.command)


def _version(asked: bool) -> None:
    if asked:
        print(f"knotwork {metadata.version('knotwork')}")
        raise typer.Exit


@app.callback()
def knotwork(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Typed node graphs for generative models: planned, cached and run."""


def main() -> None:
    """Run the command line, and leave with its exit code."""
    keep_heap()
    terminate_like_interrupt()
    app()
