"""Instances of a node that has never run wait for the first ones to tell what it costs."""

from __future__ import annotations

from engine.run.trials import Trials


def test_as_many_are_tried_as_there_are_threads() -> None:
    trials = Trials(2, {})
    assert [trials.hold("add", index) or trials.begin("add", index) for index in range(4)] == [
        None,
        None,
        True,
        True,
    ]


def test_the_first_to_land_sets_the_others_free() -> None:
    trials = Trials(1, {})
    trials.begin("add", 0)
    assert trials.hold("add", 1)
    assert trials.hold("add", 2)
    assert trials.end("add", 0) == [1, 2]
    assert trials.end("add", 1) == []


def test_other_nodes_do_not_wait() -> None:
    trials = Trials(1, {})
    trials.begin("add", 0)
    assert not trials.hold("multiply", 1)


def test_a_node_that_is_known_is_never_held() -> None:
    known = dict[str, float]()
    trials = Trials(1, known)
    trials.begin("add", 0)
    known["add"] = 1e-6
    assert not trials.hold("add", 1)
