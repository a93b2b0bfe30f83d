from pathlib import Path

import pytest

from engine.declare.node import node
from engine.declare.registry import Registry
from engine.graph.check import check
from engine.graph.document import Graph
from engine.graph.formats import FORMAT, climb
from engine.graph.migrate import migrate
from nodes import pack
from tests.graph.nodes import registry

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("version", range(1, FORMAT + 1))
def test_a_file_of_every_format_opens_as_today(version: int) -> None:
    opened = Graph.read(GOLDEN / f"format-{version}.json")

    assert opened.to_bytes() == (GOLDEN / f"format-{FORMAT}.json").read_bytes()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_params_of_every_version_become_todays(version: int) -> None:
    graph = Graph.read(GOLDEN / f"renamed-{version}.json")

    assert migrate(graph, registry()) == []
    assert graph.to_bytes() == (GOLDEN / "renamed-3.json").read_bytes()
    assert check(graph, registry()) == []


def test_steps_are_taken_in_turn_and_gaps_change_nothing() -> None:
    steps = {1: lambda tree: {**tree, "way": [1]}, 3: lambda tree: {**tree, "way": [*tree["way"], 3]}}

    assert climb({}, 1, 5, steps) == {"way": [1, 3]}
    assert climb({}, 4, 5, steps) == {}


def test_a_newer_or_unknown_node_is_left_alone() -> None:
    nodes = {"newer": {"type": "t.renamed", "version": 9}, "odd": {"type": "their.node", "version": 2}}
    graph = Graph.model_validate({"nodes": nodes})
    before = graph.to_bytes()

    assert migrate(graph, registry()) == []
    assert graph.to_bytes() == before
    assert {problem.code for problem in check(graph, registry())} == {"newer-node", "unknown-node"}


def test_an_instance_of_a_node_that_is_no_more_becomes_one_of_what_took_its_place() -> None:
    @node("t.new", version=2)
    def new(amount: float = 0.0) -> float:
        """Took the place of another."""
        return amount

    @new.replaces("t.old")
    def _(params: dict[str, object]) -> dict[str, object]:
        return {"amount": params["power"]}

    own = Registry({})
    own.add([new])
    old = {"type": "t.old", "params": {"power": 2.0}, "links": {}}
    graph = Graph.model_validate({"nodes": {"outer": {"graph": {"nodes": {"a": old}}}, "b": old}})

    assert migrate(graph, own) == []
    inner = graph.nodes["outer"].graph
    assert inner is not None
    for instance in (inner.nodes["a"], graph.nodes["b"]):
        assert (instance.type, instance.version, instance.params) == ("t.new", 2, {"amount": 2.0})


def test_a_node_is_replaced_by_one_of_another_family() -> None:
    graph = Graph.model_validate(
        {"nodes": {"how": {"type": "points.schedule", "params": {"betas": "linear"}}}}
    )

    assert migrate(graph, Registry({"knotwork": pack})) == []
    how = graph.nodes["how"]
    assert (how.type, how.params) == ("train.schedule", {"betas": "linear"})


def test_a_migration_that_fails_is_a_problem_and_changes_nothing() -> None:
    @node("t.bad", version=2)
    def bad(x: float = 0.0) -> float:
        """Fails."""
        return x

    @bad.migrates(1)
    def _(params: dict[str, object]) -> dict[str, object]:
        return {"x": params["gone"]}

    own = Registry({})
    own.add([bad])
    graph = Graph.model_validate(
        {"nodes": {"outer": {"graph": {"nodes": {"b": {"type": "t.bad", "params": {"y": 1}}}}}}}
    )
    (problem,) = migrate(graph, own)

    assert (problem.code, problem.instance, problem.got) == ("migration", "outer/b", "KeyError: 'gone'")
    inner = graph.nodes["outer"].graph
    assert inner is not None
    assert (inner.nodes["b"].version, inner.nodes["b"].params) == (1, {"y": 1})
