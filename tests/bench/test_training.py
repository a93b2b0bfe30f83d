"""A training step in the graph beside the same step in plain PyTorch: a GAN on digits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.settings import BUILT_IN, Settings
from tests.bench.measure import measured, show, timed

pytestmark = pytest.mark.bench
STEPS, ROUNDS, BATCH, WIDTH, SLOWER = 150, 7, 64, 24, 0.03
RATE, BETAS, DECAY, SMOOTHING = 2e-4, (0.5, 0.999), 0.998, 0.1


class Wired:
    """The shipped graph, without pictures on the way; each run trains from fresh weights."""

    def __init__(self, home: Path) -> None:
        settings = Settings.load(os.environ | {"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
        self.engine = Headless(settings, base=BUILT_IN / "graphs")
        self.graph = Graph.read(BUILT_IN / "graphs" / "train_digits_gan.json")

    def __call__(self, seed: int) -> dict[str, Any]:
        values = {"steps": STEPS, "batch": BATCH, "width": WIDTH, "every": STEPS + 1, "seed": seed}
        report = self.engine.run(self.graph, values, outputs=["generator_state"])
        assert report.failures == []
        return report.outputs["generator_state"].average


class Mover:
    """What a notebook has for one of the two: a module, an optimiser of torch, an average by hand."""

    def __init__(self, state: Any) -> None:
        import torch

        from nodes.train.state import bound

        network = bound(state.config, state.params, state.buffers, training=True)
        self.module: Any = next(network.children()).requires_grad_(True)
        self.weights = list(self.module.parameters())
        self.rule = torch.optim.Adam(self.weights, RATE, BETAS, fused=True)
        self.average = [weight.detach().clone() for weight in self.weights]
        self.draws = state.rng.generator()

    def noise(self) -> Any:
        import torch

        return torch.randn(BATCH, 64, 1, 1, generator=self.draws)

    def move(self, loss: Any, step: int) -> None:
        import torch

        self.rule.zero_grad()
        loss.backward(inputs=self.weights)
        self.rule.step()
        share = 1 - min(DECAY, (step + 1) / (step + 10))
        with torch.no_grad():
            for average, weight in zip(self.average, self.weights, strict=True):
                average.lerp_(weight, share)


class Plain:
    """The loop that a notebook would have."""

    def __init__(self) -> None:
        from nodes.data.digits import digits

        self.dataset = digits()

    def __call__(self, seed: int) -> dict[str, Any]:
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits as entropy

        from nodes.data.augment import augment
        from nodes.data.batches import batch
        from nodes.gan.training import discriminator_start, generator_start

        maker = Mover(generator_start(width=WIDTH, classes=10, seed=seed))
        judge = Mover(discriminator_start(width=WIDTH, classes=10, seed=seed))
        for step in range(STEPS):
            data = augment(batch(self.dataset, step, BATCH, seed), step, rotation=8, seed=seed)
            with torch.no_grad():
                made = maker.module(judge.noise(), data.labels)
            real, fake = judge.module(data.samples, data.labels), judge.module(made, data.labels)
            sure = torch.full_like(real, 1 - SMOOTHING)
            judge.move(entropy(real, sure) + entropy(fake, torch.zeros_like(fake)), step)
            fake = judge.module(maker.module(maker.noise(), data.labels), data.labels)
            maker.move(entropy(fake, torch.ones_like(fake)), step)
        names = (f"generator.{name}" for name, _ in maker.module.named_parameters())
        return dict(zip(names, maker.average, strict=True))


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    wired = Wired(tmp_path)
    yield wired
    wired.engine.close()


def test_a_step_in_the_graph_takes_as_long_as_one_in_plain_pytorch(wired: Wired) -> None:
    plain = Plain()
    ours, theirs = wired(0), plain(0)
    assert ours.keys() == theirs.keys()
    for name, weight in ours.items():  # statistics are kept by another forward, so only nearly
        assert float((weight - theirs[name]).abs().mean()) < 2e-3

    pairs = [
        (timed(lambda s=seed: wired(s)), timed(lambda s=seed: plain(s))) for seed in range(1, ROUNDS + 1)
    ]
    more = median(graph.cpu / loop.cpu for graph, loop in pairs) - 1
    costs = {"graph": [graph for graph, _ in pairs], "plain PyTorch": [loop for _, loop in pairs]}
    found = {name: measured(of) for name, of in costs.items()}
    show(
        f"{STEPS} steps", found, f"The graph takes {more:+.1%} of processor time, at most {SLOWER:.0%} more."
    )
    assert more <= SLOWER
