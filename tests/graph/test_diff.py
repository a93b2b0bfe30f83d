from typing import Any

from engine.graph.diff import diff
from engine.graph.document import Graph


def graph(**nodes: Any) -> Graph:
    return Graph.model_validate({"nodes": nodes})


def told(before: Graph, after: Graph) -> list[str]:
    return [str(change) for change in diff(before, after)]


ADD: dict[str, Any] = {"type": "t.add", "params": {"a": 1}, "links": {"b": "one.out"}}


def test_equal_graphs_differ_in_nothing() -> None:
    assert diff(graph(sum=ADD), graph(sum=ADD)) == []


def test_a_changed_field_is_named() -> None:
    after = {**ADD, "params": {"a": 2, "c": True}, "links": {}, "title": "Sum"}

    assert told(graph(sum=ADD), graph(sum=after)) == [
        'sum.links.b: removed "one.out"',
        "sum.params.a: 1 → 2",
        "sum.params.c: added true",
        'sum.title: added "Sum"',
    ]


def test_a_new_instance_is_one_change() -> None:
    assert told(graph(), graph(sum=ADD)) == ["sum: added"]
    assert told(graph(sum=ADD), graph()) == ["sum: removed"]


def test_an_instance_inside_a_subgraph_has_its_path() -> None:
    before = graph(outer={"graph": {"nodes": {"sum": ADD}}})
    after = graph(outer={"graph": {"nodes": {"sum": {**ADD, "params": {}}, "new": ADD}}})

    assert told(before, after) == ["outer/new: added", "outer/sum.params.a: removed 1"]


def test_a_whole_subgraph_is_one_change() -> None:
    assert told(graph(), graph(outer={"graph": {"nodes": {"sum": ADD}}})) == ["outer: added"]


def test_equal_content_under_another_name_is_a_rename() -> None:
    before = graph(one={"type": "t.number"}, sum=ADD, next={"type": "t.whole", "links": {"x": "sum.out"}})
    after = graph(
        first={"type": "t.number"},
        total={**ADD, "links": {"b": "first.out"}},
        next={"type": "t.whole", "links": {"x": "total.out"}},
    )

    assert told(before, after) == ["first: renamed from one", "total: renamed from sum"]


def test_a_long_chain_under_other_names_is_renamed_throughout() -> None:
    def chain(prefix: str) -> Graph:
        links = [{}, *({"x": f"{prefix}{number}.out"} for number in range(1999))]
        return graph(**{f"{prefix}{n}": {"type": "t.whole", "links": one} for n, one in enumerate(links)})

    assert len(told(chain("a"), chain("b"))) == 2000


def test_the_graphs_own_fields_are_compared() -> None:
    before = Graph.model_validate({"title": "A", "outputs": {"x": "a.out"}, "inputs": {"i": {"default": 1}}})
    after = Graph.model_validate({"title": "B", "outputs": {"x": "b.out"}, "inputs": {"i": {"default": 2}}})

    assert told(before, after) == [
        'inputs.i: {"default":1} → {"default":2}',
        'outputs.x: "a.out" → "b.out"',
        'title: "A" → "B"',
    ]
