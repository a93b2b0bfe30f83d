"""The shipped trainings of denoisers of digits, made small."""

from typing import Any

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.settings import BUILT_IN
from nodes.train.state import bound

TRAININGS = ("train_digits_diffusion", "train_digits_flow")


def small(name: str) -> Graph:
    graph = Graph.read(BUILT_IN / "graphs" / f"{name}.json")
    graph.nodes["data"].params.update({"size": 16, "count": 64})
    graph.nodes["start"].params.update({"size": 16, "widths": [8, 16]})
    graph.nodes["recipe"].params.update({"warmup": 2, "rate": 0.01, "adam_rate": 0.01, "decay": 0.9})
    graph.nodes["samples"].params.update({"steps": 2, "count": 10})
    graph.nodes["train"].checkpoint = 5
    return graph


@pytest.fixture(scope="module", params=TRAININGS)
def trained(request: pytest.FixtureRequest) -> Any:
    graph = small(request.param)
    graph.outputs["all"] = "train.loss"
    with Headless(cache=False) as headless:
        report = headless.run(graph, {"steps": 40, "batch": 32})
    assert report.status == "done", report.failures
    return report.outputs


def test_the_loss_falls_and_is_drawn(trained: Any) -> None:
    losses = trained["all"]
    assert sum(losses[-10:]) < 0.6 * sum(losses[:10])
    assert trained["losses"].pixels.shape == (1, 320, 640, 3)


def test_what_it_draws_is_shown_at_the_end(trained: Any) -> None:
    assert trained["samples"].pixels.shape == (1, 16, 160, 1)


def test_the_model_is_a_folder(trained: Any) -> None:
    assert trained["model"].names == [
        "model_index.json",
        "scheduler/scheduler_config.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
    ]


@pytest.mark.parametrize("name", TRAININGS)
def test_the_network_has_under_a_million_parameters(name: str) -> None:
    start = Graph.read(BUILT_IN / "graphs" / f"{name}.json")
    start.outputs = {"state": "start.out"}
    with Headless(cache=False) as headless:
        state = headless.run(start).outputs["state"]
    unet: Any = bound(state.config, state.params)["unet"]  # pyright: ignore[reportIndexIssue] # a table of modules
    assert 500_000 < sum(weight.numel() for weight in unet.parameters()) < 1_000_000


def test_an_interrupted_run_ends_with_the_same_bytes() -> None:
    states: list[list[bytes]] = []
    for counts in ((7,), (5, 7)):
        with Headless(cache=False) as headless:
            for count in counts:
                report = headless.run(small(TRAININGS[0]), {"steps": count, "batch": 8}, ["state"])
        states.append(report.outputs["state"].encode({}))
    assert states[0] == states[1]


def test_both_trainings_are_the_same_but_for_the_schedule() -> None:
    diffusion, flow = (Graph.read(BUILT_IN / "graphs" / f"{name}.json") for name in TRAININGS)
    flow.nodes["schedule"].params = diffusion.nodes["schedule"].params
    flow.title, flow.help = diffusion.title, diffusion.help

    assert flow.to_bytes() == diffusion.to_bytes()
