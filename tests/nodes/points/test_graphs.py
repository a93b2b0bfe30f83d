"""The shipped graphs of points, made small."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import Graph, Headless
from engine.run.report import Report
from engine.run.scheduler import Options
from engine.settings import BUILT_IN, Settings

GRAPHS = BUILT_IN / "graphs"
NAMES = ["diffusion_paths", "flow_matching_paths", "compare_diffusion_and_flow"]
SMALL = {"training": 4, "batch": 8, "width": 8, "points": 16, "columns": [1, 2]}
REFLOW = {"reflow": 3, "pairs": 16}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headless]:
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path_factory.mktemp("home"))})
    with Headless(settings, base=GRAPHS) as headless:
        yield headless


def read(name: str) -> Graph:
    return Graph.read(GRAPHS / f"{name}.json")


def run(engine: Headless, name: str, *outputs: str, **values: Any) -> Report:
    more = {} if name == "diffusion_paths" else REFLOW
    report = engine.run(read(name), SMALL | more | values, outputs)
    assert not report.failures
    return report


@pytest.mark.parametrize("name", [*NAMES, "library/point_paths"])
def test_a_shipped_graph_is_written_as_the_engine_writes_it(name: str) -> None:
    assert Path(GRAPHS / f"{name}.json").read_bytes() == read(name).to_bytes()


@pytest.mark.parametrize(("name", "rows"), [*zip(NAMES, [1, 1, 4], strict=True)])
def test_a_graph_draws_a_picture_for_each_number_of_steps(engine: Headless, name: str, rows: int) -> None:
    _, height, width, _ = run(engine, name, "sheet").outputs["sheet"].pixels.shape

    assert width == 8 + 2 * (240 + 8)
    assert height == rows * (8 + 240 + 21 + 8)


def test_flow_matching_also_shows_what_reflow_makes_of_it(engine: Headless) -> None:
    outputs = run(engine, "flow_matching_paths", steps=3).outputs

    assert outputs["straight_paths"].pixels.shape == outputs["paths"].pixels.shape == (1, 480, 480, 3)
    assert len(outputs["straight_distances"]) == len(outputs["distances"]) == 2
    assert outputs["straight_straightness"] >= 0


@pytest.mark.parametrize("shape", ["spirals", "glyph"])
def test_another_shape_can_be_chosen(engine: Headless, shape: str) -> None:
    distances = run(engine, "diffusion_paths", "distances", shape=shape).outputs["distances"]

    assert distances != run(engine, "diffusion_paths", "distances").outputs["distances"]


def test_the_two_ways_of_sampling_diffusion_share_one_training(engine: Headless) -> None:
    report = run(engine, "compare_diffusion_and_flow", "ddpm", "ddim", training=5)

    assert report.outputs["ddpm"] != report.outputs["ddim"]
    trainings = [path for path, outcome in report.outcomes.items() if path.endswith("/train")]
    assert sorted(str(report.outcomes[path]) for path in trainings) == ["cached", "executed"]


def test_the_nodes_leave_their_inputs_alone(engine: Headless) -> None:
    plan = engine.plan(read("flow_matching_paths"), SMALL | REFLOW | {"steps": 2})
    everything = Options(forced=frozenset(range(len(plan.names))), check_purity=True)

    assert engine.local.run(plan, options=everything).failures == []


def test_flow_matching_needs_fewer_steps_than_diffusion_and_one_is_enough_after_reflow(
    engine: Headless,
) -> None:
    values = {"training": 200, "batch": 128, "width": 48, "points": 512, "columns": [1, 4, 8]}
    report = engine.run(
        read("compare_diffusion_and_flow"),
        values | {"reflow": 100, "pairs": 1024},
        ["ddpm", "ddim", "flow", "straight"],
    )
    (_, *ddpm), (_, *ddim), (alone, *flow), (straight, *_) = (
        report.outputs[row] for row in ("ddpm", "ddim", "flow", "straight")
    )

    for noisy, even, direct in zip(ddpm, ddim, flow, strict=True):
        assert direct < 0.75 * even < 0.75 * noisy
    assert straight < min(alone / 3, flow[0])
