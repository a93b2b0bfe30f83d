from typing import Any

from engine.declare.types import ListOf, Plain
from engine.graph.document import Graph, Instance
from engine.graph.interface import Interface, interface_of
from tests.graph.nodes import Picture, registry


def of(tree: dict[str, Any], **given: Any) -> Interface:
    return interface_of(Instance.model_validate(tree), registry(), **given)


INNER = {
    "inputs": {
        "text": {"to": ["draw.text"], "default": "a", "help": "What to draw."},
        "mask": {"to": ["blur.mask"]},
    },
    "outputs": {"image": "blur.out"},
    "nodes": {"draw": {"type": "t.draw"}, "blur": {"type": "t.blur", "links": {"picture": "draw.out"}}},
}


def test_a_nodes_ports_are_its_signatures() -> None:
    ports = of({"type": "t.blur"})

    assert list(ports.inputs) == ["picture", "radius", "mask"]
    assert ports.required == ("picture",)
    assert ports.outputs["out"].type == Plain(Picture)


def test_a_subgraphs_ports_are_the_graphs() -> None:
    ports = of({"graph": INNER})

    assert {name: str(port.type) for name, port in ports.inputs.items()} == {"text": "str", "mask": "Picture"}
    assert (ports.inputs["text"].default, ports.inputs["text"].help) == ("a", "What to draw.")
    assert ports.required == ("mask",)
    assert ports.outputs["image"].type == Plain(Picture)


def test_a_reference_has_the_same_ports() -> None:
    assert list(of({"ref": "x.json"}, refs=lambda _: Graph.model_validate(INNER)).inputs) == ["text", "mask"]
    assert not of({"ref": "x.json"}).known


def test_a_loop_has_its_invariants_and_its_results() -> None:
    body = {
        "inputs": {
            "x": {"to": ["add.a"]},
            "item": {"to": ["add.b"]},
            "index": {"to": ["whole.x"]},
            "more": {"to": ["less.b"]},
        },
        "outputs": {"x": "add.out", "size": "whole.out", "go": "less.out"},
        "nodes": {
            "add": {"type": "t.add"},
            "whole": {"type": "t.whole"},
            "less": {"type": "t.less", "params": {"a": 1}},
        },
    }
    ports = of({"type": "flow.loop", "graph": body, "carry": {"x": 0}, "items": [1], "collect": ["size"]})

    assert list(ports.inputs) == ["x", "items", "more"]
    assert {name: port.type for name, port in ports.outputs.items()} == {
        "size": ListOf(Plain(int)),
        "x": Plain(float),
    }


def test_a_lifted_port_takes_and_gives_lists() -> None:
    ports = of({"type": "t.blur", "over": ["picture"]})

    assert ports.inputs["picture"].type == ListOf(Plain(Picture))
    assert ports.inputs["radius"].type == Plain(float)
    assert ports.outputs["out"].type == ListOf(Plain(Picture))


def test_a_lifted_value_is_checked_item_by_item() -> None:
    port = of({"type": "t.range", "over": ["n"]}).inputs["n"]

    assert port.coerce([1, 2.0]) == [1, 2]


def test_an_input_of_a_whole_and_a_float_port_is_whole() -> None:
    inner = {
        "inputs": {"n": {"to": ["add.a", "range.n"]}},
        "nodes": {"add": {"type": "t.add"}, "range": {"type": "t.range"}},
    }
    assert of({"graph": inner}).inputs["n"].type == Plain(int)


def test_an_unknown_node_is_a_placeholder_with_the_ports_in_use() -> None:
    ports = of({"type": "their.node", "params": {"a": 1}, "links": {"b": "x.out"}})

    assert not ports.known
    assert list(ports.inputs) == ["a", "b"]
