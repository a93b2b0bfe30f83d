"""Frozen results: used whatever changed, and never taken for something else."""

from __future__ import annotations

from typing import Any

from engine.executors.headless import Headless
from tests.run.conftest import graph, ran


def chain(engine: Headless, *, frozen: str) -> Any:
    nodes = {
        "a": {"type": "probe.say", "params": {"text": "x"}},
        "b": {"type": "probe.say", "params": {"after": "y"}, "links": {"text": "a.out"}, "frozen": frozen},
    }
    return graph(nodes, {"text": "b.out"})


def key_of_b(engine: Headless) -> str:
    plan = engine.plan(chain(engine, frozen=""))
    key = plan.keys[plan.number("b")]
    assert key is not None
    return key.hex()


def test_a_frozen_result_that_is_gone_fails_and_is_not_replaced(engine: Headless) -> None:
    report, _ = ran(engine, chain(engine, frozen="00ff"))
    assert report.outcomes["b"] == "failed"
    assert "Unfreeze it" in str(report.failures[0])
    assert engine.store.probe([b"\x00\xff"]) == {}


def test_forcing_what_stands_in_front_of_a_frozen_result_leaves_it(engine: Headless) -> None:
    key = key_of_b(engine)
    ran(engine, chain(engine, frozen=""))
    report, said = ran(engine, chain(engine, frozen=key), forced=["a"])
    assert said == []
    assert report.outputs == {"text": "xy"}


def test_forcing_a_frozen_instance_does_not_lose_its_result(engine: Headless) -> None:
    key = key_of_b(engine)
    ran(engine, chain(engine, frozen=""))
    report, said = ran(engine, chain(engine, frozen=key), forced=["b"])
    assert said == []
    assert report.outputs == {"text": "xy"}
