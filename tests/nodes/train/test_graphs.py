"""The shipped training graphs, made small: they run to their end, the loss falls, and more turns go on."""

from pathlib import Path
from typing import Any

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from tests.run.forking import fork

GRAPHS = Path(__file__).parents[3] / "graphs"


def small(name: str, **start: Any) -> Graph:
    graph = Graph.read(GRAPHS / f"{name}.json")
    graph.nodes["start"].params.update(start)
    for loop in (instance for instance in graph.nodes.values() if instance.is_loop):
        loop.checkpoint = 5
    for recipe in (instance for instance in graph.nodes.values() if instance.type == "train.recipe"):
        recipe.params["warmup"] = 2
    return graph


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Train one through the graph; its outputs, and the folder in which its state lies."""
    folder = tmp_path_factory.mktemp("run")
    with Headless(base=folder, cache=False) as headless:
        values = {"steps": 20, "schedule": 20, "refine_steps": 2, "pictures": 4, "batch": 4}
        report = headless.run(small("train_autoencoder", widths=[8, 16, 16, 16], channels=4), values)
    assert report.status == "done", report.failures
    (folder / "autoencoder.safetensors").write_bytes(report.outputs["autoencoder"].encode({})[0])
    return report, folder


def test_the_autoencoder_s_graph_trains_and_shows_itself(autoencoder: Any) -> None:
    report, _ = autoencoder
    assert report.outputs["loss_curve"].pixels.shape == (1, 320, 640, 3)
    assert report.outputs["reconstructions"].pixels.shape[0] == 1
    assert report.outputs["latent_space"].step == 0


def test_the_text_to_image_graph_trains_and_goes_on(autoencoder: Any, tmp_path: Path) -> None:
    _, folder = autoencoder
    graph = small("train_text_to_image", widths=[16, 32], text_width=32, text_layers=1)
    graph.nodes["show"].params.update({"steps": 2, "prompts": ["frog", "apple"]})
    graph.outputs["losses"] = "train.loss"
    values = {"autoencoder": "autoencoder.safetensors", "pictures": 4, "batch": 16, "schedule": 30}
    with Headless(base=folder, cache=False) as headless:
        first = headless.run(graph, values | {"steps": 20})
        more = headless.run(graph, values | {"steps": 25})
    assert first.status == more.status == "done", (first.failures, more.failures)
    losses = more.outputs["losses"]
    assert losses[:20] == first.outputs["losses"]
    assert sum(losses[-5:]) < 0.95 * sum(losses[:5])
    assert "unet/config.json" in more.outputs["model"].names


def test_a_forked_training_goes_on_from_its_state_with_another_recipe(autoencoder: Any) -> None:
    _, folder = autoencoder
    graph = small("train_text_to_image", widths=[16, 32], text_width=32, text_layers=1)
    graph.outputs = {"losses": "train.loss", "state": "train.state"}
    values = {"autoencoder": "autoencoder.safetensors", "pictures": 4, "batch": 4, "schedule": 30, "steps": 8}
    with Headless(base=folder, cache=False) as headless:
        whole = headless.run(graph, values).outputs
        forked = fork(headless, graph, "train", 5, values)
        same = headless.run(forked, values).outputs
        forked.nodes["recipe"].params["rate"] = 0.02
        other = headless.run(forked, values).outputs
    assert same["state"].encode({}) == whole["state"].encode({})
    assert same["losses"] == whole["losses"]
    assert other["losses"][:6] == whole["losses"][:6]
    assert other["losses"][6:] != whole["losses"][6:]


def test_an_interrupted_run_ends_with_the_same_bytes(autoencoder: Any) -> None:
    _, folder = autoencoder
    graph = small("train_text_to_image", widths=[16, 32], text_width=32, text_layers=1)
    values = {"autoencoder": "autoencoder.safetensors", "pictures": 4, "batch": 4, "schedule": 30}
    states = []
    for counts in ((7,), (5, 7)):
        with Headless(base=folder, cache=False) as headless:
            for count in counts:
                report = headless.run(graph, values | {"steps": count}, ["state"])
        states.append(report.outputs["state"].encode({}))
    assert states[0] == states[1]
