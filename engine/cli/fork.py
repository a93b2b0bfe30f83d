"""``knotwork fork``: a graph whose loop goes on from a turn that was kept, as a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import options, terminal

if TYPE_CHECKING:
    from engine.cli.request import Opened
    from engine.service.steps import Steps

LoopName = Annotated[str, typer.Argument(metavar="LOOP", help="The loop, such as sampler/turns.")]
Turn = Annotated[
    int | None,
    typer.Argument(metavar="[TURN]", min=1, help="Turns done; without it the kept turns are listed."),
]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The new file; GRAPH-from-TURN.json when not given.")
]


def command(
    graph: options.GraphName,
    loop: LoopName,
    turn: Turn = None,
    set: options.Set = None,
    device: options.Device = None,
    out: Out = None,
    as_json: options.Json = False,
) -> None:
    """Write a graph whose loop goes on from a turn that a run kept; or list the kept turns."""
    with terminal.refusing(as_json):
        from engine.cli.request import Request, opened

        with opened(Request(graph, set or (), device=device)) as job:
            steps = _steps(job, loop)
            path = None if turn is None else out or Path(f"{job.path.stem}-from-{turn}.json")
            if path is not None and turn is not None:
                _write(job, loop, turn, steps, path)
    if as_json:
        told = {"turns": list(steps.turns), "of": steps.of} if path is None else {"path": str(path)}
        terminal.result({"loop": loop} | told)
    elif path is not None or steps.turns:
        print(path or "\n".join(map(str, steps.turns)))
    else:
        terminal.note("no turn is kept of a run with these values")


def _steps(job: Opened, loop: str) -> Steps:
    from engine.errors import GraphError, Problem, an
    from engine.service.steps import Steps
    from engine.service.stored import stored

    plan, store = job.headless.plan(job.points[0].graph), job.headless.store
    index = plan.number(loop)
    if index not in plan.loops:
        loops = ", ".join(plan.names[one] for one in plan.loops) or "none"
        cure = f"The graph's loops: {loops}."
        raise GraphError([Problem("no-loop", loop, "", "a loop", an(plan.nodes[index].id), cure)])
    return Steps(plan, index, stored(plan, store), store)


def _write(job: Opened, loop: str, turn: int, steps: Steps, path: Path) -> None:
    from engine.errors import GraphError, Problem
    from engine.graph.document import Fork, Graph
    from engine.graph.forks import forked

    if turn not in steps.keys:
        known = ", ".join(map(str, steps.turns)) or "none"
        cure = "Take one of these, or run the graph with the same values."
        raise GraphError([Problem("no-turn", loop, "", f"a turn that is kept ({known})", str(turn), cure)])
    if path.exists():
        raise terminal.Unreadable(f"--out {path}: expected a new file, but it is there. Name another one.")
    fork, graph = Fork(turn=turn, key=steps.keys[turn].hex()), job.points[0].graph
    found = forked(graph, loop, fork, job.headless.reference)
    title = f"{graph.title or job.path.stem} from step {turn}"
    text = job.headless.carried(found.model_copy(update={"title": title}))
    job.headless.store.pin(steps.keys[turn])
    Graph.read(text.encode()).write(path)
