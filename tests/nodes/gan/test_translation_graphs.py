"""The shipped trainings of pix2pix and CycleGAN, made small: they run to their end, and resume alike."""

from pathlib import Path
from typing import Any

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.events import Event, Preview
from nodes.gan.translators import Translator

GRAPHS = Path(__file__).parents[3] / "graphs"
SMALL: dict[str, dict[str, Any]] = {
    "train_pix2pix": {"pictures": 20, "batch": 2, "width": 2, "every": 2},
    "train_cyclegan": {"pictures": 20, "batch": 1, "width": 2, "every": 2},
}
SIDES = {"train_pix2pix": 32, "train_cyclegan": 64}
STATES = {
    "train_pix2pix": ("generator_state", "discriminator_state"),
    "train_cyclegan": ("generators", "discriminators"),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_training_shows_pictures_in_threes_and_its_losses(name: str) -> None:
    graph = Graph.read(GRAPHS / f"{name}.json")
    told: list[Event] = []
    with Headless(base=GRAPHS, cache=False) as headless:
        report = headless.run(graph, SMALL[name] | {"steps": 2}, listen=told.append)
    assert report.status == "done", report.failures
    assert len([one for one in told if isinstance(one, Preview)]) == 1
    assert report.outputs["samples"].pixels.shape == (1, 6 * SIDES[name], 12 * SIDES[name], 3)
    assert report.outputs["adversarial"].pixels.shape[-1] == 3
    assert {report.outputs[state].step for state in STATES[name]} == {2}
    assert any(isinstance(value, Translator) for value in report.outputs.values())


@pytest.mark.parametrize("name", SMALL)
def test_an_interrupted_training_ends_with_the_same_bytes(name: str) -> None:
    graph = Graph.read(GRAPHS / f"{name}.json")
    graph.nodes["train"].checkpoint = 2
    ends = []
    for counts in ((3,), (2, 3)):
        with Headless(base=GRAPHS, cache=False) as headless:
            for count in counts:
                report = headless.run(graph, SMALL[name] | {"steps": count}, STATES[name])
                assert report.status == "done", report.failures
        ends.append([report.outputs[state].encode({}) for state in STATES[name]])
    assert ends[0] == ends[1]
