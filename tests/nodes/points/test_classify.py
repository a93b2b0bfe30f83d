"""A perceptron that tells two classes of points, and its shipped graph made small."""

from math import log

import pytest
import torch

from engine import Graph, Headless
from engine.declare.codec import decode, encode
from engine.run.context import RunContext, Token
from engine.settings import BUILT_IN
from nodes.image.ink import ink
from nodes.points.batches import batch
from nodes.points.classify import FIRST, classes, classifier_start, classifier_step, decision, judge
from nodes.points.drawing import DATA
from nodes.points.plane import PointsRefused, to_plane, to_points
from nodes.points.shapes import shape
from nodes.train.recipe import recipe
from nodes.train.state import bound
from nodes.train.values import TrainState

GRAPH = BUILT_IN / "graphs" / "two_moons.json"
HOW = recipe(optimiser="sgd", rate=0.3, beta1=0.0, schedule="constant", warmup=1, decay=0.0)
QUIET = RunContext("draw", "cpu", Token(), lambda event: None)
MOONS = classes(count=64)


def steps(state: TrainState, count: int) -> TrainState:
    for index in range(state.step, state.step + count):
        state = classifier_step(state, batch(MOONS.points, index, 16, labels=MOONS.labels), HOW).state
    return state


def test_each_moon_is_a_class() -> None:
    points, labels = classes(count=200, spread=0.0)
    middles = torch.tensor([[-2 / 3, -1 / 3], [2 / 3, 1 / 3]])[torch.tensor(labels)]

    assert (to_plane(points) - middles).norm(dim=1) == pytest.approx(torch.full((200,), 4 / 3), abs=1e-5)


def test_classes_lie_where_the_shape_of_their_name_lies() -> None:
    assert torch.equal(
        classes("spirals", 50, 0.1, 7).points.samples, shape("spirals", 50, 0.1, seed=7).samples
    )


def test_the_gradients_are_those_of_each_layer() -> None:
    state = classifier_start(4, 1)
    some = batch(MOONS.points, 0, 16, labels=MOONS.labels)
    module = bound(state.config, {name: weight.clone() for name, weight in state.params.items()})
    assert some.labels is not None
    logits = module["classifier"].requires_grad_(True)(some.samples)  # pyright: ignore[reportIndexIssue] # a table of modules
    torch.nn.functional.binary_cross_entropy_with_logits(logits, some.labels.float()).backward()
    grads = [weight.grad for weight in module.parameters()]
    sizes = [
        torch.cat([part.flatten() for part in grads[place : place + 2] if part is not None])
        for place in (0, 2)
    ]

    told = classifier_step(state, some, HOW).gradients
    assert told == pytest.approx([float(grad.square().mean().sqrt()) for grad in sizes], rel=1e-5)


def test_gradients_vanish_on_the_way_back_through_sigmoids() -> None:
    some = batch(MOONS.points, 0, 32, labels=MOONS.labels)
    told = {
        kind: classifier_step(classifier_start(16, 5, kind), some, HOW).gradients
        for kind in ("sigmoid", "tanh")
    }

    assert told["sigmoid"][0] < 1e-3 * told["sigmoid"][-1]
    assert told["tanh"][0] > 0.1 * told["tanh"][-1]


def test_a_stored_training_goes_on_to_the_same_bytes() -> None:
    stored = encode(steps(classifier_start(4, 1), 2))
    assert encode(steps(decode(stored), 2)) == encode(steps(classifier_start(4, 1), 4))


def test_who_knows_nothing_has_a_loss_of_ln_2() -> None:
    state = classifier_start(4, 1)
    for weight in state.params.values():
        weight.zero_()

    told = judge(state, MOONS.points, MOONS.labels)
    assert told.loss == pytest.approx(log(2))
    assert told.accuracy == pytest.approx(1 - sum(MOONS.labels) / 64)


def test_the_plane_has_the_colour_of_the_class_that_is_said() -> None:
    state = classifier_start(1, 1)
    for name, values in {
        "0.weight": [[50.0, 0.0]],
        "0.bias": [0.0],
        "2.weight": [[50.0]],
        "2.bias": [0.0],
    }.items():
        state.params[f"classifier.main.{name}"].copy_(torch.tensor(values))
    far = to_points(torch.tensor([[50.0, 50.0]]))
    [image] = decision(state, far, [0], QUIET, size=64)

    left, right = image.pixels[0, 40, 8], image.pixels[0, 40, 56]
    assert right[2] > right[0] + 0.2  # blue where x is positive
    assert left[0] > left[2] + 0.1


def test_points_are_drawn_in_the_colour_of_their_class() -> None:
    pair = to_points(torch.tensor([[-1.0, 1.0], [1.0, 1.0]]))
    [image] = decision(classifier_start(), pair, [0, 1], QUIET, size=240)

    for x, colour in ((80, FIRST), (160, DATA)):
        assert (image.pixels[0, 80, x] - ink(colour, 3)).abs().max() < 0.1


def test_points_without_classes_and_other_states_are_refused() -> None:
    with pytest.raises(PointsRefused, match="expected points with classes"):
        classifier_step(classifier_start(), batch(MOONS.points), HOW)
    with pytest.raises(PointsRefused, match="expected a class for each of 64 points, got 1"):
        judge(classifier_start(), MOONS.points, [1])


def test_the_graph_learns_the_moons_and_shows_how() -> None:
    graph = Graph.read(GRAPH)
    graph.outputs["held_out"] = "train.unseen_loss"
    with Headless(base=GRAPH.parent, cache=False) as headless:
        report = headless.run(graph, {"steps": 150, "every": 50})

    assert not report.failures
    assert report.outputs["held_out_accuracy"] > 0.93
    assert report.outputs["held_out"][-1] < 0.3 * report.outputs["held_out"][0]
    assert report.outputs["film"].frames.shape[1] == 4


def test_the_shipped_graph_is_written_as_the_engine_writes_it() -> None:
    assert GRAPH.read_bytes() == Graph.read(GRAPH).to_bytes()
