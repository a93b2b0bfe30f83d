"""A training step in the graph beside the same step in plain PyTorch: a GAN on digits, and pix2pix."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.settings import BUILT_IN, Settings
from tests.bench.measure import compared, said

pytestmark = pytest.mark.bench
STEPS, ROUNDS, BATCH, WIDTH, SLOWER = 150, 7, 64, 24, 0.03
RATE, BETAS, DECAY, SMOOTHING = 2e-4, (0.5, 0.999), 0.998, 0.1


class Wired:
    """A shipped graph, without pictures on the way; each run trains from fresh weights."""

    def __init__(self, home: Path, name: str) -> None:
        settings = Settings.load(os.environ | {"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
        self.engine = Headless(settings, base=BUILT_IN / "graphs")
        self.graph = Graph.read(BUILT_IN / "graphs" / f"{name}.json")

    def __call__(self, seed: int) -> dict[str, Any]:
        values = {"steps": STEPS, "batch": BATCH, "width": WIDTH, "every": STEPS + 1, "seed": seed}
        if "schedule" in self.graph.inputs:
            values["schedule"] = 10**6  # the rate as good as stays
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

    def named(self, part: str) -> dict[str, Any]:
        """The average weights by the names that a state has for them."""
        names = (f"{part}.{name}" for name, _ in self.module.named_parameters())
        return dict(zip(names, self.average, strict=True))

    def noise(self) -> Any:
        import torch

        return torch.randn(BATCH, 64, 1, 1, generator=self.draws)

    def seeds(self) -> Any:
        import torch

        return torch.randint(1 << 53, (BATCH,), generator=self.draws)

    def move(self, loss: Any, step: int) -> None:
        import torch

        self.rule.zero_grad()
        loss.backward(inputs=self.weights)
        self.rule.step()
        share = 1 - min(DECAY, (step + 1) / (step + 10))
        with torch.no_grad():
            for average, weight in zip(self.average, self.weights, strict=True):
                average.lerp_(weight, share)


class Digits:
    """A GAN, as a notebook would train it."""

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
        return maker.named("generator")


class Lines:
    """Pix2pix, as a notebook would train it."""

    def __init__(self) -> None:
        from nodes.data.choose import split
        from nodes.data.colours import colour_by_class
        from nodes.data.digits import digits
        from nodes.data.pairs import edges

        self.coloured = split(colour_by_class(digits())).training
        self.lines = edges(self.coloured)

    def __call__(self, seed: int) -> dict[str, Any]:
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits as entropy
        from torch.nn.functional import l1_loss

        from nodes.data.pairs import paired_batch
        from nodes.gan.pix2pix import pix2pix_discriminator_start, pix2pix_generator_start

        maker = Mover(pix2pix_generator_start(1, width=WIDTH, levels=5, seed=seed))
        judge = Mover(pix2pix_discriminator_start(4, WIDTH, seed=seed))
        for step in range(STEPS):
            data = paired_batch(self.lines, self.coloured, step, BATCH, seed)
            assert data.targets is not None
            with torch.no_grad():
                made = maker.module(data.samples, judge.seeds())
            real = judge.module(torch.cat([data.samples, data.targets], 1))
            fake = judge.module(torch.cat([data.samples, made], 1))
            judge.move(
                (entropy(real, torch.ones_like(real)) + entropy(fake, torch.zeros_like(fake))) / 2, step
            )
            made = maker.module(data.samples, maker.seeds())
            fake = judge.module(torch.cat([data.samples, made], 1))
            maker.move(entropy(fake, torch.ones_like(fake)) + 100 * l1_loss(made, data.targets), step)
        return maker.named("translator")


@pytest.mark.parametrize(("graph", "plain"), [("train_digits_gan", Digits), ("train_pix2pix", Lines)])
def test_a_step_in_the_graph_takes_as_long_as_one_in_plain_pytorch(
    graph: str, plain: type, tmp_path: Path
) -> None:
    *lines, more = said(__name__, f"trained(Path({str(tmp_path)!r}), {graph!r}, {plain.__name__}())")
    print(*lines, sep="\n")
    assert float(more) <= SLOWER


def trained(home: Path, graph: str, plain: Any) -> float:
    """By which part of the plain loop's time the graph takes longer."""
    wired = Wired(home, graph)
    ours, theirs = wired(0), plain(0)
    assert ours.keys() == theirs.keys()
    for name, weight in ours.items():  # the sums of losses are taken in other ways, so only nearly
        assert float((weight - theirs[name]).abs().mean()) < 2e-3, name
    more = compared(f"{graph}, {STEPS} steps", wired, ("plain PyTorch", plain), ROUNDS, SLOWER)
    wired.engine.close()
    return more
