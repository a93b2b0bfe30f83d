"""Gradient descent on a quadratic, held against arithmetic by hand, and its shipped graph."""

from pathlib import Path
from statistics import mean

import pytest
import torch

from engine import Graph, Headless
from engine.declare.codec import decode, encode
from engine.errors import ValueRefused
from engine.settings import BUILT_IN
from nodes.image.ink import ink
from nodes.learn.descent import descent
from nodes.learn.quadratic import quadratic_start, quadratic_step
from nodes.points.classify import classifier_start
from nodes.train.chart import COLOURS
from nodes.train.recipe import recipe
from nodes.train.values import Recipe, TrainState

GRAPH = BUILT_IN / "graphs" / "gradient_descent.json"
DOWN = recipe(optimiser="sgd", rate=0.1, beta1=0.0, schedule="constant", warmup=1)


def walked(
    state: TrainState, how: Recipe, count: int, batch: int = 4, spread: float = 0.0
) -> list[list[float]]:
    places = []
    for _ in range(count):
        step = quadratic_step(state, how, batch, spread)
        state = step.state
        places.append(step.place)
    return places


def test_a_step_of_gradient_descent_shrinks_each_axis_by_its_eigenvalue() -> None:
    places = walked(quadratic_start(2.0, 1.0, condition=5.0, angle=0.0), DOWN, 3)

    # x by 1 - 0.1 · 1, y by 1 - 0.1 · 5
    assert torch.tensor(places) == pytest.approx(torch.tensor([[2.0, 1.0], [1.8, 0.5], [1.62, 0.25]]))


def test_momentum_adds_up_the_steps() -> None:
    how = recipe(optimiser="sgd", rate=0.1, beta1=0.5, schedule="constant", warmup=1)
    places = walked(quadratic_start(1.0, 0.0, condition=1.0, angle=0.0), how, 3)

    # velocities: 1, then 0.5 · 1 + 0.9
    assert [place[0] for place in places] == pytest.approx([1.0, 0.9, 0.9 - 0.1 * 1.4])


def test_adam_s_first_step_is_as_long_as_the_rate_along_each_weight() -> None:
    how = recipe(optimiser="adam", rate=0.1, beta1=0.9, beta2=0.99, schedule="constant", warmup=1)
    places = walked(quadratic_start(2.0, -1.0, condition=50.0, angle=0.0), how, 2)

    assert places[1] == pytest.approx([1.9, -0.9])


def test_the_loss_is_half_the_quadratic_form() -> None:
    step = quadratic_step(quadratic_start(3.0, 1.0, condition=4.0, angle=90.0), DOWN, spread=1.0)

    # turned by a right angle, x is the steep axis
    assert step.loss == pytest.approx((4 * 9 + 1) / 2)


def test_a_rate_above_two_by_the_eigenvalue_flies_out() -> None:
    places = walked(quadratic_start(0.0, 0.1, condition=20.5, angle=0.0), DOWN, 50)

    assert abs(places[-1][1]) > 1


def test_four_times_the_samples_halve_the_noise() -> None:
    def moved(batch: int) -> float:
        start = [quadratic_start(0, 0, condition=1.0, seed=seed) for seed in range(200)]
        steps = [walked(state, DOWN, 2, batch, spread=1.0)[1] for state in start]
        return mean(x * x + y * y for x, y in steps) ** 0.5

    assert moved(4) / moved(16) == pytest.approx(2, rel=0.15)


def test_a_stored_descent_goes_on_to_the_same_bytes() -> None:
    def step(state: TrainState) -> TrainState:
        return quadratic_step(state, DOWN).state

    stored = encode(step(quadratic_start(seed=3)))
    assert encode(step(decode(stored))) == encode(step(step(quadratic_start(seed=3))))


def test_the_state_of_another_network_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"began with learn\.quadratic_start, got one of classifier"):
        quadratic_step(classifier_start(), DOWN)


def test_a_way_is_drawn_where_it_goes_and_only_as_far_as_the_steps() -> None:
    way = [[-2.0, 0.0], [0.0, 2.0], [2.0, 0.0]]

    def is_drawn(steps: int) -> list[bool]:
        picture = descent(quadratic_start(), way, steps=steps, size=240).pixels[0]
        at = [picture[round(120 - 40 * y), round(120 + 40 * x)] for x, y in ([-1.0, 1.0], [1.0, 1.0])]
        return [bool((colour - ink(COLOURS[0], 3)).abs().max() < 0.3) for colour in at]

    assert is_drawn(0) == [True, True]
    assert is_drawn(1) == [True, False]


@pytest.mark.parametrize("ways", [[[]], [[[1.0]]]])
def test_ways_without_places_are_refused(ways: list[list[list[float]]]) -> None:
    with pytest.raises(ValueRefused, match="places of two numbers in each way"):
        descent(quadratic_start(), *ways)


def test_the_graph_draws_the_ways_of_three_optimisers_and_a_film_of_them(tmp_path: Path) -> None:
    with Headless(base=tmp_path, cache=False) as headless:
        report = headless.run(Graph.read(GRAPH), {"steps": 4})

    assert not report.failures
    assert report.outputs["sheet"].pixels.shape == (1, 360 + 2 * 8, 3 * 360 + 4 * 8, 3)
    assert report.outputs["film"].frames.shape[1] == 3


def test_the_shipped_graph_is_written_as_the_engine_writes_it() -> None:
    assert GRAPH.read_bytes() == Graph.read(GRAPH).to_bytes()
