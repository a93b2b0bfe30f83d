from dataclasses import replace

from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import Seed
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.given import draw, ports_of, seeds


@node("test.count")
def take(count: int = 0, seed: Seed = 0) -> int:
    """Take one of each."""
    return count


PORTS = dict(take.inputs)


def test_the_seeds_of_a_graph_are_found_by_their_widget() -> None:
    assert seeds(PORTS) == ["seed"]


def test_a_default_that_its_port_would_refuse_is_left_to_the_check() -> None:
    assert seeds({"seed": replace(PORTS["seed"], default="soon")}) == ["seed"]


def test_only_seeds_without_a_value_are_drawn() -> None:
    assert draw(["a", "b"], {"a"}).keys() == {"b"}


def test_drawn_seeds_are_valid_and_differ() -> None:
    drawn = [draw(["seed"], ())["seed"] for _ in range(8)]
    assert all(0 <= seed < 2**53 for seed in drawn)
    assert len(set(drawn)) == 8


def test_an_input_of_a_graph_has_the_type_of_what_it_feeds() -> None:
    registry = Registry({})
    registry.add([take])
    graph = Graph(
        inputs={"n": GraphInput(to=["one.count"]), "free": GraphInput()},
        nodes={"one": Instance(type="test.count")},
    )
    ports = ports_of(graph, registry)
    assert {name: str(port.type) for name, port in ports.items()} == {"n": "int", "free": "anything"}
