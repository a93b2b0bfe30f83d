import pytest

from engine.declare.registry import Registry
from engine.errors import GraphError
from engine.graph.document import Graph
from engine.graph.embed import value_at, with_values
from engine.graph.settable import Settable
from tests.graph.nodes import add, number

REGISTRY = Registry({})
REGISTRY.add([add, number])
BODY = {
    "inputs": {"x": {"to": ["more.a"]}},
    "outputs": {"x": "more.out"},
    "nodes": {"more": {"type": "t.add", "params": {"b": 1}}},
}
GRAPH = Graph.model_validate(
    {
        "inputs": {"start": {"to": ["first.value"], "default": 0}},
        "nodes": {
            "first": {"type": "t.number"},
            "sum": {"type": "t.add", "params": {"b": 2}, "links": {"a": "first.out"}},
            "inner": {"graph": BODY, "params": {"x": 3}},
            "turns": {"type": "flow.loop", "graph": BODY, "carry": {"x": 0}, "count": 2},
            "fed": {"type": "flow.loop", "graph": BODY, "carry": {"x": {"link": "sum.out"}}, "count": 2},
            "other": {"ref": "other.json"},
            "off": {"type": "t.number", "mode": "mute"},
        },
    }
)
OTHER = Graph.model_validate(BODY)


def places() -> Settable:
    return Settable(GRAPH, REGISTRY, lambda _: OTHER)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("start", "float"),
        ("sum.b", "float"),
        ("inner.x", "float"),
        ("inner/more.b", "float"),
        ("turns.x", "float"),
        ("turns.count", "int"),
        ("turns/more.b", "float"),
        ("other.x", "float"),
    ],
)
def test_inputs_and_params_are_set_by_name_and_place(name: str, kind: str) -> None:
    assert str(places().port(name).type) == kind


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("stat", 'stat: expected an input of the graph, got "stat". Did you mean "start"?'),
        ("sun.b", 'expected an instance of the graph, got "sun". Did you mean "sum"?'),
        ("sum.c", 'sum: expected a port of the instance, got "c"'),
        ("sum.a", "sum.a: expected a port that nothing feeds, got one linked to first.out. Take the link"),
        ("fed.x", "fed.x: expected a port that nothing feeds, got one linked to sum.out. Take the link"),
        ("first.value", 'got one that the input "start" feeds. Name start instead.'),
        ("inner/more.a", 'got one that the input "x" feeds. Name inner.x instead.'),
        ("sum/more.b", "sum: expected a subgraph or a loop, got a plain node"),
        ("other/more.b", 'which is in the file "other.json". Embed it, or name one of its own inputs: other'),
        ("off.value", "off: expected an instance that runs, got a muted one"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_place_and_the_cure(name: str, said: str) -> None:
    with pytest.raises(GraphError) as caught:
        places().port(name)
    assert said in str(caught.value)


def test_values_stand_where_the_document_holds_them() -> None:
    values = {"start": 9, "sum.b": 8, "inner/more.b": 7, "inner.x": 6, "turns.x": 5, "turns.count": 4}
    graph = with_values(GRAPH, values)
    inner, turns = graph.nodes["inner"], graph.nodes["turns"]
    assert graph.inputs["start"].default == 9
    assert graph.nodes["sum"].params == {"b": 8}
    assert inner.params == {"x": 6}
    assert inner.graph is not None
    assert inner.graph.nodes["more"].params == {"b": 7}
    assert (turns.carry, turns.count, turns.params) == ({"x": 5}, 4, {})
    assert GRAPH.nodes["inner"].graph == OTHER
    assert {name: value_at(graph, name) for name in values} == values
    assert [value_at(graph, name) for name in ("gone.b", "gone/more.b", "sum/more.b", "sum.c")] == [None] * 4
