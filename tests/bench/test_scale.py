"""Thousands of tiny nodes: what the engine itself costs, as a command and in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.settings import Settings
from tests.bench import graphs
from tests.bench.measure import Cost, interleaved, knotwork, show, timed

pytestmark = pytest.mark.bench
MANY, TENTH = 10_000, 1_000
ROUNDS = 5
SHAPES = [graphs.chain, graphs.fan_out, graphs.fan_in]


class Command:
    """The command ``knotwork run`` on graphs in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._fresh = count()

    def write(self, graph: Graph) -> Path:
        path = self.folder / f"graph-{next(self._fresh)}.json"
        graph.write(path)
        return path

    def cold(self, graph: Graph) -> Callable[[], Cost]:
        """Measures a run with an empty home."""
        path, size = self.write(graph), len(graph.nodes)
        return lambda: self.run(path, self.home(), executed=size)

    def home(self) -> Path:
        return self.folder / f"home-{next(self._fresh)}"

    def run(self, path: Path, home: Path, *words: str, executed: int) -> Cost:
        cost, printed = knotwork(home, "run", path, *words)
        assert printed["nodes"]["executed"] == executed
        return cost


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_ten_thousand_nodes_cost_a_second_and_grow_linearly(shape: graphs.Shape, command: Command) -> None:
    sizes = {"one node": graphs.chain(1), f"{TENTH:,} nodes": shape(TENTH), f"{MANY:,} nodes": shape(MANY)}
    found = interleaved({name: command.cold(graph) for name, graph in sizes.items()}, ROUNDS)
    one, tenth, many = found.values()
    extra = many.least.cpu - one.least.cpu
    clock = many.middle.wall - one.middle.wall
    ratios = many.least.cpu / tenth.least.cpu, extra / (tenth.least.cpu - one.least.cpu)
    memory = many.middle.memory - one.middle.memory
    show(
        f"{shape.__name__}, cold: knotwork run",
        found,
        f"{MANY:,} above one node: {extra:.2f} s of CPU, {clock:.2f} s by the clock",
        f"t(10k)/t(1k): {ratios[0]:.1f}; above one node: {ratios[1]:.1f}; memory: {memory / 1e6:.0f} MB more",
    )

    assert extra <= 1.0
    assert ratios[0] <= 12
    assert memory <= 250e6


def test_a_hundred_thousand_nodes_complete(command: Command) -> None:
    found = interleaved({"100,000 nodes": command.cold(graphs.chain(100_000))}, 1)
    show("chain, cold: knotwork run", found)


def test_after_a_restart_the_middle_is_a_hit_and_an_edit_at_the_end_runs_one(command: Command) -> None:
    graph, home = graphs.chain(MANY), command.home()
    path = command.write(graph)
    command.run(path, home, executed=MANY)
    edits = count(2)

    def edited() -> Path:
        graph.nodes[f"n{MANY - 1}"].params["b"] = float(next(edits))
        return command.write(graph)

    measures: dict[str, Callable[[], Cost]] = {
        "one node": command.cold(graphs.chain(1)),
        "the same again": lambda: command.run(path, home, executed=0),
        "a node in the middle": lambda: command.run(path, home, "--output", f"n{MANY // 2}.out", executed=0),
        "an edit at the end": lambda: command.run(edited(), home, executed=1),
    }
    show(f"{MANY:,} nodes after a restart: knotwork run", interleaved(measures, ROUNDS))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Headless]:
    """An engine of this process with an empty home."""
    with Headless(Settings.load({"KNOTWORK_HOME": str(tmp_path), "KNOTWORK_DEVICE": "cpu"})) as engine:
        yield engine


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_in_one_process_a_plan_runs_again_and_is_edited_in_milliseconds(
    shape: graphs.Shape, engine: Headless
) -> None:
    graph = shape(MANY)
    plan = engine.plan(graph)
    assert engine.local.run(plan).counts["executed"] == MANY
    name = f"n{len(graph.nodes) - 2}"
    end, params, edits, revised = plan.number(name), graph.nodes[name].params, count(2), [plan]

    def edit() -> None:
        revised.append(plan.revised(end, params | {"b": float(next(edits))}))

    found = interleaved(
        {
            "the same run": lambda: timed(lambda: engine.local.run(plan)),
            "planned after an edit at the end": lambda: timed(edit),
            "and run": lambda: timed(lambda: engine.local.run(revised[-1])),
            "read, checked and planned anew": lambda: timed(lambda: engine.plan(graph)),
        },
        9,
    )
    show(f"{shape.__name__} of {MANY:,} in one process", found)

    assert found["the same run"].least.cpu <= 0.060
    assert found["planned after an edit at the end"].least.cpu <= 0.005


def test_a_graph_of_ten_thousand_nodes_loads_quickly(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    graphs.chain(MANY).write(path)
    found = interleaved({"read": lambda: timed(lambda: Graph.read(path))}, 9)
    show(f"{MANY:,} nodes, {path.stat().st_size / 1e6:.1f} MB", found)

    assert found["read"].least.cpu <= 0.3
