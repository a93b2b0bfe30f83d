"""The shipped graph that trains a GAN, made small: it is watched, paused, gone on with and forked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.declare.codec import encode
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.context import RunContext, Token
from engine.run.events import Event, Figures, Lossy, Preview, Progress
from nodes.gan.pictures import samples, show_samples
from nodes.gan.training import generator_start
from tests.run.forking import fork

GRAPH = Path(__file__).parents[3] / "graphs" / "train_digits_gan.json"
VALUES = {"steps": 6, "batch": 8, "width": 8, "every": 2}


def small(checkpoint: int = 100) -> Graph:
    graph = Graph.read(GRAPH)
    graph.nodes["train"].checkpoint = checkpoint
    graph.outputs = {"generator": "train.generator", "discriminator": "train.discriminator"}
    return graph


@pytest.fixture
def headless(tmp_path: Path) -> Iterator[Headless]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with Headless(base=tmp_path, cache=False) as headless:
        yield headless
    torch.set_num_threads(threads)


def bytes_of(outputs: Any) -> dict[str, Any]:
    return {name: encode(outputs[name]) for name in ("generator", "discriminator")}


def paused(headless: Headless, graph: Graph, turns: int) -> Any:
    """Run until so many turns are done."""

    def listen(event: Event) -> None:
        if isinstance(event, Progress) and event.done == turns:
            run.pause()

    run = headless.local.start(headless.plan(graph, VALUES), listen)
    return run.execute()


def test_a_training_that_was_paused_comes_to_the_same_bytes(headless: Headless, tmp_path: Path) -> None:
    with Headless(base=tmp_path, cache=False) as other:
        whole = other.run(small(), VALUES).outputs
    report = paused(headless, small(), 3)
    assert report.status == "paused"
    told: list[Event] = []
    resumed = headless.run(small(), VALUES, listen=told.append)
    assert [one.done for one in told if isinstance(one, Progress)] == [4, 5, 6]
    assert bytes_of(resumed.outputs) == bytes_of(whole)


def test_losses_are_told_turn_by_turn_and_pictures_every_few(headless: Headless) -> None:
    told: list[Event] = []
    assert headless.run(small(), VALUES, listen=told.append).status == "done"
    figures = [one for one in told if isinstance(one, Figures)]
    assert [one.before for one in figures] == [0, 1, 2, 3, 4, 5]
    assert figures[0].series.keys() == {"accuracy", "discriminator_loss", "generator_loss"}
    pictures = [one for one in told if isinstance(one, Preview)]
    assert [one.value.pixels.shape for one in pictures] == [(1, 8 * 32, 10 * 32, 1)] * 3


def test_a_fork_goes_on_with_another_rate_from_both_networks_of_a_kept_step(headless: Headless) -> None:
    graph = small(checkpoint=2)
    whole = headless.run(graph, VALUES)
    forked = fork(headless, graph, "train", 4, VALUES)
    assert bytes_of(headless.run(forked, VALUES).outputs) == bytes_of(whole.outputs)
    forked.nodes["recipe"].params["rate"] = 0.01
    told: list[Event] = []
    other = headless.run(forked, VALUES, listen=told.append)
    assert [one.done for one in told if isinstance(one, Progress)] == [5, 6]
    assert all(other.outputs[name].step == 6 for name in ("generator", "discriminator"))
    changed, before = bytes_of(other.outputs), bytes_of(whole.outputs)
    assert all(changed[name] != before[name] for name in changed)


def test_samples_are_shown_after_every_so_many_steps_and_the_state_stays_as_it_is() -> None:
    shown: list[Lossy] = []
    begun = generator_start(width=8, classes=10)
    before = encode(begun)
    for every, step in ((2, 0), (2, 1), (3, 2)):
        state = replace(begun, step=step)
        assert show_samples(state, RunContext("loop", "cpu", Token(), shown.append), every, 20) is state
    assert encode(begun) == before
    [preview] = shown
    assert isinstance(preview, Preview)
    assert torch.equal(preview.value.pixels, samples(begun, 20, 10).pixels)
