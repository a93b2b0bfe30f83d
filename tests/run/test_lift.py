"""Lifted instances: one call an item."""

from __future__ import annotations

from engine.executors.headless import Headless
from engine.graph.document import Graph
from tests.run.conftest import graph, ran


def lifted(*texts: str, after: list[str] | None = None) -> Graph:
    """Say each of some texts."""
    nodes: dict[str, object] = {
        "texts": {"type": "probe.split", "params": {"text": " ".join(texts)}},
        "say": {"type": "probe.say", "links": {"text": "texts.out"}, "over": ["text"]},
    }
    if after is not None:
        nodes["say"] = {**nodes["say"], "over": ["text", "after"], "params": {"after": after}}  # type: ignore[dict-item]
    return graph(nodes, {"texts": "say.out"})


def test_a_lifted_instance_runs_for_each_item_and_gives_a_list(engine: Headless) -> None:
    report, said = ran(engine, lifted("a", "b", "c"))
    assert report.outputs == {"texts": ["a", "b", "c"]}
    assert said == ["a", "b", "c"]


def test_items_are_cached_one_by_one(engine: Headless) -> None:
    ran(engine, lifted("a", "b"))
    report, said = ran(engine, lifted("b", "c", "a"))
    assert said == ["c"]
    assert report.outputs == {"texts": ["b", "c", "a"]}


def test_several_lifted_ports_go_side_by_side(engine: Headless) -> None:
    report, _ = ran(engine, lifted("a", "b", after=["1", "2"]))
    assert report.outputs == {"texts": ["a1", "b2"]}


def test_unequal_lengths_fail_and_name_the_ports(engine: Headless) -> None:
    report, _ = ran(engine, lifted("a", "b", after=["1"]))
    assert '"text" 2, "after" 1' in str(report.failures[0])
