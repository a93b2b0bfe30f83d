"""The shipped graphs that draw with GANs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import OnDevice
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.settings import BUILT_IN
from nodes.gan.generate import generate, noise, noise_of_seeds
from nodes.gan.values import Generator
from nodes.measure.digit_classifier import installed
from nodes.measure.digits import read_digits, recognised

GRAPHS = BUILT_IN / "graphs"
MODELS = BUILT_IN / "nodes" / "models" / "digits_gan"


@pytest.fixture(scope="module")
def engine() -> Iterator[Headless]:
    with Headless(base=GRAPHS, cache=False) as headless:
        yield headless


def ran(engine: Headless, name: str, **values: Any) -> Any:
    report = engine.run(Graph.read(GRAPHS / f"{name}.json"), values)
    assert report.status == "done", report.failures
    return report.outputs


def test_the_shipped_generator_s_digits_are_recognised() -> None:
    handle: Generator[str] = Generator("digits")
    drawn = generate(
        OnDevice(handle, handle.load(lambda _: MODELS / "generator.safetensors")), noise(500, seed=3).noise
    )
    reader = installed()
    seen = read_digits(OnDevice(reader, reader.load(lambda _: Path())), drawn)
    assert recognised(seen.digits) >= 0.75


def test_the_shipped_networks_are_small() -> None:
    assert sum(path.stat().st_size for path in MODELS.glob("*.safetensors")) < 1_500_000


def test_digits_are_ranked_and_real_ones_score_higher(engine: Headless) -> None:
    given = ran(engine, "digits_gan", count=20, real=200)
    assert given["digits"].pixels.shape == (1, 2 * 66 + 2, 10 * 66 + 2, 3)
    assert given["mean score of real digits"] > given["mean score"]


def test_faces_fill_a_grid(engine: Headless) -> None:
    assert ran(engine, "faces", count=4, columns=2)["faces"].pixels.shape == (1, 134, 134, 3)


def test_without_any_distance_from_the_middle_all_faces_are_one(engine: Headless) -> None:
    page = ran(engine, "faces", count=2, columns=2, truncation=0.0)["faces"].pixels
    assert torch.equal(page[:, :, 2:66], page[:, :, 68:132])


def test_the_walk_comes_back_to_the_first_face(engine: Headless) -> None:
    film = ran(engine, "face_walk", seeds=[1, 2, 3], frames=6)["film"]
    assert film.frames.shape == (1, 6, 256, 256, 3)
    apart = [(film.frames[0, place] - film.frames[0, 0]).square().mean() for place in (3, 5)]
    assert apart[1] < apart[0]


def test_the_sum_of_faces_is_the_face_of_the_sum_of_their_noise(engine: Headless) -> None:
    graph = Graph.read(GRAPHS / "face_arithmetic.json")
    graph.outputs = {"sum": "plus.out"}
    report = engine.run(graph)
    seeds = [graph.inputs[name].default for name in ("first", "second", "third")]
    assert all(len(some) == 3 for some in seeds)  # pyright: ignore[reportArgumentType] # lists, as the graph says
    means = [noise_of_seeds(some, 100).samples.mean(0, keepdim=True) for some in seeds]  # pyright: ignore[reportArgumentType]
    assert torch.allclose(report.outputs["sum"].samples, means[0] - means[1] + means[2], atol=1e-6)


def test_calculating_with_faces_gives_a_picture(engine: Headless) -> None:
    assert ran(engine, "face_arithmetic")["faces"].pixels.shape[-1] == 3


@pytest.mark.parametrize(("name", "rows", "across"), [("project_digit", 7, 10), ("project_face", 7, 6)])
def test_a_projection_shows_its_steps(name: str, rows: int, across: int, engine: Headless) -> None:
    graph = Graph.read(GRAPHS / f"{name}.json")
    graph.nodes["start"].params["candidates"] = 2
    graph.nodes["some"].params["step"] = 1
    graph.outputs["differences"] = "project.difference"
    report = engine.run(graph, {"turns": 5})
    assert report.status == "done", report.failures
    assert report.outputs["pictures"].pixels.shape == (1, rows * 66 + 2, across * 66 + 2, 3)
    assert report.outputs["differences"][-1] < report.outputs["differences"][0]


def test_a_projection_that_was_interrupted_goes_on_to_the_same_picture(engine: Headless) -> None:
    graph = Graph.read(GRAPHS / "project_digit.json")
    graph.nodes["start"].params["candidates"] = 2
    graph.nodes["recipe"].params["schedule"] = "constant"
    graph.nodes["project"].checkpoint = 2
    graph.inputs["turns"].to = ["project.count"]
    graph.outputs = {"state": "project.state"}
    ends: list[Any] = []
    for counts in ((4,), (2, 4)):
        with Headless(base=GRAPHS, cache=False) as headless:
            for count in counts:
                report = headless.run(graph, {"turns": count})
                assert report.status == "done", report.failures
        ends.append(report.outputs["state"].encode({}))
    assert ends[0] == ends[1]


def test_the_training_gives_networks_and_shows_accuracy_and_scores(engine: Headless) -> None:
    given = ran(engine, "train_digits_gan", steps=3, batch=4, width=4)
    for curve in ("accuracy", "losses", "scores"):
        assert given[curve].pixels.shape == (1, 320, 640, 3)
    assert given["generator"].encode({})[0]
    assert given["discriminator"].encode({})[0]
    assert given["generator_state"].step == given["discriminator_state"].step == 3
