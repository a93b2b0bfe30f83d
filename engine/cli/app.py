"""The command ``knotwork``."""

from __future__ import annotations

import typer

from engine.cli import cache, check, diff, doctor, new_pack, nodes, plan, run, schema
from engine.cli.interrupt import terminate_like_interrupt

app = typer.Typer(
    name="knotwork",
    help="Typed node graphs for generative models: planned, cached and run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.command)
app.command("plan")(plan.command)
app.command("check")(check.command)
app.command("nodes")(nodes.command)
app.command("diff")(diff.command)
app.add_typer(cache.app, name="cache")
app.command("doctor")(doctor.command)
app.command("schema")(schema.command)
app.command("new-pack")(new_pack.command)


@app.callback()
def _group() -> None:
    """Typed node graphs for generative models: planned, cached and run."""


def main() -> None:
    """Run the command line, and leave with its exit code."""
    terminate_like_interrupt()
    app()
