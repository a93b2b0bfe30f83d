import pytest

from engine.errors import GraphError
from engine.graph.check import check
from engine.graph.document import Graph
from tests.graph import nodes as t

REGISTRY = t.registry()


def test_a_placed_node_links_like_a_call() -> None:
    graph = Graph()
    x = graph.place(t.number, value=3)
    graph.output("sum", graph.place(t.add, a=x, b=2))

    assert graph.nodes["number"].params == {"value": 3.0}
    assert graph.nodes["add"].links == {"a": "number.out"}
    assert graph.outputs == {"sum": "add.out"}
    assert check(graph, REGISTRY) == []


def test_names_are_numbered_and_can_be_chosen() -> None:
    graph = Graph()
    for _ in range(3):
        graph.place(t.number)
    graph.place("start", t.number, value=1)

    assert list(graph.nodes) == ["number", "number_2", "number_3", "start"]


def test_outputs_are_attributes() -> None:
    graph = Graph()
    parts = graph.place(t.split, x=1.5)
    graph.place(t.add, a=parts.whole, b=parts.rest)

    assert graph.nodes["add"].links == {"a": "split.whole", "b": "split.rest"}


def test_one_of_several_outputs_must_be_named() -> None:
    graph = Graph()
    parts = graph.place(t.split, x=1.5)

    with pytest.raises(GraphError, match=r"as in split\.whole"):
        graph.output("x", parts)


def test_an_unknown_port_names_those_there_are() -> None:
    parts = Graph().place(t.split, x=1.5)

    with pytest.raises(AttributeError, match='split has no port "half"'):
        parts.half  # pyright: ignore[reportAttributeAccessIssue] # noqa: B018


def test_inputs_can_be_given_like_values() -> None:
    graph = Graph()
    style = graph.input("style", default="oil", help="Paint.")
    ink = graph.place(t.draw, text=graph.input("text"), style=style)
    graph.place(t.blur, ink)

    assert {name: given.to for name, given in graph.inputs.items()} == {
        "style": ["draw.style"],
        "text": ["draw.text"],
    }
    assert [given.required for given in graph.inputs.values()] == [False, True]
    assert check(graph, REGISTRY) == []


def test_inputs_can_lead_to_ports() -> None:
    graph = Graph()
    graph.place(t.number)
    graph.place(t.number)
    graph.input("x", to=["number.value", "number_2.value"], default=1)

    assert graph.inputs["x"].to == ["number.value", "number_2.value"]


def test_variadic_ports_take_links_or_values() -> None:
    graph = Graph()
    x = graph.place(t.number)
    graph.place(t.total, x, x)
    graph.place(t.total, 1, 2)

    assert graph.nodes["total"].links == {"values": ["number.out", "number.out"]}
    assert graph.nodes["total_2"].params == {"values": [1.0, 2.0]}
    with pytest.raises(GraphError, match="links or values"):
        graph.place(t.total, x, 1)


def test_a_value_that_is_refused_says_where() -> None:
    with pytest.raises(GraphError, match=r"t\.range\.n: .*less than or equal to 10"):
        Graph().place(t.count, n=11)


def test_a_picture_cannot_be_given_as_a_value() -> None:
    with pytest.raises(GraphError, match=r"t\.blur\.picture: expected a Picture to link"):
        Graph().place(t.blur, t.Picture("a"))


def test_a_graph_can_be_embedded() -> None:
    inner = Graph()
    inner.output("y", inner.place(t.add, a=inner.input("x"), b=1))
    graph = Graph()
    sub = graph.embed(inner, "plus", x=graph.place(t.number))
    graph.output("result", graph.place(t.add, a=sub.y, b=sub))

    assert graph.nodes["add"].links == {"a": "plus.y", "b": "plus.y"}
    assert check(graph, REGISTRY) == []


def test_a_loop_carries_a_value() -> None:
    body = Graph()
    sums = body.place(t.add, a=body.input("x"), b=body.input("step"))
    body.output("x", sums)
    body.output("go", body.place(t.less, a=sums, b=9))
    graph = Graph()
    turns = graph.place(t.whole, x=5)
    loop = graph.loop(
        body, carry={"x": graph.place(t.number)}, count=turns, while_="go", collect=["go"], step=2
    )
    graph.output("last", loop.x)
    graph.output("all", loop.go)

    assert graph.nodes["loop"].carry == {"x": {"link": "number.out"}}
    assert graph.nodes["loop"].count == {"link": "whole.out"}
    assert check(graph, REGISTRY) == []
    assert Graph.read(graph.to_bytes()).to_bytes() == graph.to_bytes()
