"""A GAN on points, and its shipped graph made small."""

from statistics import mean

import pytest
import torch

from engine import Graph, Headless
from engine.declare.codec import decode, encode
from engine.run.context import RunContext, Token
from engine.run.events import Preview
from engine.settings import BUILT_IN
from nodes.gan.training import GanRefused, discriminator_step, generator_step
from nodes.image.ink import ink
from nodes.points.adversarial import MADE, adversaries, discriminator_start, generate, generator_start
from nodes.points.batches import batch
from nodes.points.plane import PointsRefused, to_plane, to_points
from nodes.points.shapes import shape
from nodes.train.recipe import recipe
from nodes.train.values import TrainState

GRAPH = BUILT_IN / "graphs" / "gan_two_moons.json"
HOW = recipe(rate=0.002, warmup=1, schedule="constant", optimiser="adam", beta1=0.0, beta2=0.99)
DATA = shape("two moons", 256)
SMALL = {"training": 700, "batch": 128, "width": 48, "every": 350, "points": 1024}


def pair() -> tuple[TrainState, TrainState]:
    return generator_start(width=8, layers=1, seed=1), discriminator_start(width=8, layers=1, seed=2)


def turns(generator: TrainState, discriminator: TrainState, count: int) -> tuple[TrainState, TrainState]:
    for index in range(discriminator.step, discriminator.step + count):
        some = batch(DATA, index, 32)
        discriminator = discriminator_step(discriminator, generator, some, HOW, penalty=0.1).state
        generator = generator_step(generator, discriminator, some, HOW).state
    return generator, discriminator


def context(shown: list[object]) -> RunContext:
    def tell(event: object) -> None:
        if isinstance(event, Preview):
            shown.append(event.value)

    return RunContext("draw", "cpu", Token(), tell)


def test_a_batch_takes_every_point_once_in_a_round_with_its_class() -> None:
    points = to_points(torch.arange(6.0)[:, None].expand(6, 2))
    rounds = [batch(points, index, 3, seed=1, labels=[0, 1, 2, 3, 4, 5]) for index in range(2)]

    seen = torch.cat([one.samples[:, 0, 0, 0] for one in rounds])
    told = torch.cat([one.labels for one in rounds if one.labels is not None])
    assert sorted(seen.tolist()) == [0, 1, 2, 3, 4, 5]
    assert told.tolist() == seen.tolist()


def test_classes_for_another_number_of_points_are_refused() -> None:
    with pytest.raises(PointsRefused, match="expected a class for each of 256 points, got 2"):
        batch(DATA, labels=[0, 1])


def test_a_stored_training_goes_on_to_the_same_bytes() -> None:
    generator, discriminator = (decode(encode(state)) for state in turns(*pair(), 2))
    once, twice = turns(generator, discriminator, 2), turns(*pair(), 4)

    assert [encode(state) for state in once] == [encode(state) for state in twice]


def test_equal_seeds_make_equal_points() -> None:
    generator, _ = pair()

    assert torch.equal(generate(generator, 5, seed=1).samples, generate(generator, 5, seed=1).samples)
    assert not torch.equal(generate(generator, 5, seed=1).samples, generate(generator, 5, seed=2).samples)


def test_a_picture_is_drawn_and_shown_after_the_first_step_and_then_after_every_so_many() -> None:
    shown: list[object] = []
    drawn = [
        adversaries(*pair(), DATA, context(shown), index=index, every=3, count=4, size=64)
        for index in range(7)
    ]

    assert [len(images) for images in drawn] == [1, 0, 1, 0, 0, 1, 0]
    assert shown == [image for images in drawn for image in images]


def test_the_generator_s_points_are_drawn_where_it_makes_them() -> None:
    generator, discriminator = pair()
    x, y = to_plane(generate(generator, 1, average=False, seed=4))[0].tolist()
    far = to_points(torch.tensor([[50.0, 50.0]]))
    [image] = adversaries(generator, discriminator, far, context([]), count=1, size=256, reach=2.0, seed=4)

    place = image.pixels[0, round((1 - y / 2) * 128), round((1 + x / 2) * 128)]
    assert (place - ink(MADE, 3)).abs().max() < 0.15


def test_states_of_other_networks_are_refused() -> None:
    generator, discriminator = pair()
    with pytest.raises(GanRefused, match="expected the state of a generator, got discriminator"):
        generate(discriminator)
    with pytest.raises(GanRefused, match="expected the state of a discriminator, got generator"):
        adversaries(generator, generator, DATA, context([]))


def test_in_the_end_the_points_cover_both_moons_and_the_discriminator_can_only_guess() -> None:
    graph = Graph.read(GRAPH)
    graph.outputs |= {"accuracies": "train.accuracies", "made": "made.out"}
    with Headless(base=GRAPH.parent, cache=False) as headless:
        report = headless.run(graph, SMALL, ["accuracies", "made", "distance", "sheet"])

    assert not report.failures
    assert 0.4 <= mean(report.outputs["accuracies"][-50:]) <= 0.6
    assert report.outputs["distance"] < 0.1
    upper, lower = torch.tensor([-2 / 3, -1 / 3]), torch.tensor([2 / 3, 1 / 3])
    made = to_plane(report.outputs["made"])
    off = [((made - middle).norm(dim=1) - 4 / 3).abs() for middle in (upper, lower)]
    assert (torch.minimum(*off) < 0.3).float().mean() > 0.8
    assert 0.35 < (off[0] < off[1]).float().mean() < 0.65


def test_the_shipped_graph_is_written_as_the_engine_writes_it() -> None:
    assert GRAPH.read_bytes() == Graph.read(GRAPH).to_bytes()
