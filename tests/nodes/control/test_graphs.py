"""The shipped graphs of control pictures; that of depth and pose has a stand-in (``tests/graphs``)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine import Graph, Headless
from engine.run.scheduler import Options
from engine.settings import Settings

GRAPHS = Path(__file__).parents[3] / "graphs"
SHIPPED = ["annotators", "soft_edges"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headless]:
    settings = Settings.load(
        {"KNOTWORK_HOME": str(tmp_path_factory.mktemp("home")), "KNOTWORK_DEVICE": "cpu"}
    )
    with Headless(settings, base=GRAPHS) as headless:
        yield headless


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_graph_is_written_as_the_engine_writes_it(name: str) -> None:
    path = GRAPHS / f"{name}.json"

    assert path.read_bytes() == Graph.read(path).to_bytes()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_nodes_of_a_shipped_graph_leave_their_inputs_alone(name: str, engine: Headless) -> None:
    plan = engine.plan(Graph.read(GRAPHS / f"{name}.json"))

    assert engine.local.run(plan, options=Options(check_purity=True)).failures == []


def test_annotators_shows_the_photograph_and_five_control_pictures(engine: Headless) -> None:
    sheet = engine.run(Graph.read(GRAPHS / "annotators.json")).outputs["sheet"].pixels

    cells = [sheet[0, top : top + 320, left : left + 480] for top in (8, 369) for left in (8, 496, 984)]
    colourful = [bool((cell[..., 0] - cell[..., 2]).abs().max() > 0.1) for cell in cells]
    assert sheet.shape == (1, 730, 1472, 3)
    assert colourful == [True, False, False, True, False, True]


def test_a_new_threshold_runs_canny_and_the_sheet_alone(engine: Headless) -> None:
    graph = Graph.read(GRAPHS / "annotators.json")
    engine.run(graph)

    again = engine.run(graph, {"high": 0.5})

    executed = {name for name, outcome in again.outcomes.items() if outcome == "executed"}
    assert executed == {"canny", "all", "sheet"}


def test_soft_edges_scribbles_where_the_edges_are(engine: Headless) -> None:
    outputs = engine.run(Graph.read(GRAPHS / "soft_edges.json")).outputs
    edges, scribbled = outputs["edges"].pixels, outputs["scribble"].pixels > 0

    assert torch.equal(torch.unique(outputs["scribble"].pixels), torch.tensor([0.0, 1.0]))
    assert edges[scribbled].mean() > 0.6
    assert edges[~scribbled].mean() < 0.15
