from engine.graph.document import Graph
from engine.graph.part import without

GRAPH = Graph.model_validate(
    {
        "inputs": {"x": {"to": ["one.value", "two.value"], "default": 1}},
        "outputs": {"sum": "sum.out"},
        "nodes": {
            "one": {"type": "t.number"},
            "two": {"type": "t.number"},
            "sum": {"type": "t.total", "links": {"values": ["one.out", "two.out"]}},
            "after": {"type": "t.number", "links": {"value": "sum.out"}},
            "loop": {"type": "flow.loop", "carry": {"x": {"link": "two.out"}}, "count": {"link": "one.out"}},
            "items": {"type": "flow.loop", "items": {"link": "loop.x"}},
            "lost": {"type": "t.number", "links": {"value": "nobody.out"}},
        },
    }
)


def left(*names: str) -> list[str]:
    return list(without(GRAPH, names).nodes)


def test_what_reads_from_an_instance_goes_with_it() -> None:
    assert left("sum") == ["one", "two", "loop", "items", "lost"]
    assert left("two") == ["one", "lost"]
    assert left("one") == ["two", "lost"]


def test_what_reads_from_nobody_goes_when_nobody_is_named() -> None:
    assert "lost" in left()
    assert "lost" not in left("nobody")


def test_inputs_feed_what_is_left_and_the_graph_stays_as_it_was() -> None:
    assert without(GRAPH, ["two"]).inputs["x"].to == ["one.value"]
    assert without(GRAPH, ["two"]).outputs == {}
    assert (len(GRAPH.nodes), GRAPH.inputs["x"].to) == (7, ["one.value", "two.value"])
