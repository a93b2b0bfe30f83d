"""Early stop, alone and in the shipped graph of two moons."""

from math import nan

import pytest

from engine import Graph, Headless
from engine.settings import BUILT_IN
from nodes.train.patience import patience

GRAPH = BUILT_IN / "graphs" / "two_moons.json"


def turns(losses: list[float], wait: int, least: float = 0.0) -> int:
    """How many losses are looked at before the training is stopped."""
    best, since = None, 0
    for turn, loss in enumerate(losses, 1):
        going, best, since = patience(loss, best, since, wait, least)
        if not going:
            return turn
    return len(losses)


def test_it_stops_after_so_many_turns_without_a_smaller_loss() -> None:
    assert turns([3, 2, 2.5, 1, 1, 1.5, 2, 0], wait=3) == 7


def test_the_best_is_kept_and_the_turns_since_then_are_counted() -> None:
    assert patience(1.0, 2.0, 7, 3) == (True, 1.0, 0)
    assert patience(2.5, 2.0, 1, 3) == (True, 2.0, 2)
    assert patience(2.5, 2.0, 2, 3) == (False, 2.0, 3)


def test_a_loss_that_is_no_number_is_never_the_best() -> None:
    assert turns([nan, 2, nan, 1, 3, 3], wait=2) == 6
    assert turns([nan] * 20, wait=3) == 3


def test_a_patience_of_0_never_stops() -> None:
    assert turns([1.0] * 20, wait=0) == 20


def test_a_loss_must_be_smaller_by_the_least_to_count() -> None:
    falling = [1 - turn / 100 for turn in range(20)]

    assert turns(falling, wait=3) == 20
    assert turns(falling, wait=3, least=0.05) == 4


def test_a_loss_that_is_no_number_is_no_better() -> None:
    assert turns([1.0, float("nan"), float("nan")], wait=2) == 3


@pytest.mark.parametrize("wait", [40, 0])
def test_a_training_that_learns_by_heart_is_stopped_soon_after_the_held_out_loss_was_smallest(
    wait: int,
) -> None:
    graph = Graph.read(GRAPH)
    graph.outputs = {"losses": "train.unseen_loss"}
    values = {"count": 20, "width": 64, "schedule": "constant", "steps": 400, "patience": wait, "every": 1000}
    with Headless(base=GRAPH.parent, cache=False) as headless:
        report = headless.run(graph, values)

    assert not report.failures
    losses = report.outputs["losses"]
    if wait:
        assert len(losses) == losses.index(min(losses)) + 1 + wait < 400
    else:
        assert len(losses) == 400
        assert losses[-1] > 1.05 * min(losses)
