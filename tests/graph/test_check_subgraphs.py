from engine.errors import GraphError, Problem
from engine.graph.document import Graph
from tests.graph.problems import codes, node, only, problems

INNER = {
    "inputs": {"x": {"to": ["sum.a"]}},
    "outputs": {"y": "sum.out"},
    "nodes": {"sum": node("add", b=1)},
}


def test_problems_inside_a_subgraph_have_its_path() -> None:
    inner = {"nodes": {"deep": {"graph": {"nodes": {"n": node("add", a=1)}}}}}

    assert codes({"outer": {"graph": inner}}) == [("missing-input", "outer/deep/n", "b")]


def test_a_subgraph_has_the_ports_of_its_graph() -> None:
    nodes = {"ink": node("draw", text="a"), "sub": {"graph": INNER, "links": {"x": "ink.out"}}}
    assert codes(nodes) == [("wrong-type", "sub", "x")]
    assert codes({"sub": {"graph": INNER}}) == [("missing-input", "sub", "x")]
    assert codes({"sub": {"graph": INNER, "params": {"x": "much"}}}) == [("bad-value", "sub", "x")]
    assert codes({"sub": {"graph": INNER, "params": {"x": 1, "z": 2}}}) == [("unknown-port", "sub", "z")]


def test_a_cycle_through_a_subgraph_is_named() -> None:
    nodes = {"sub": {"graph": INNER, "links": {"x": "b.out"}}, "b": node("add", links={"a": "sub.y"}, b=1)}

    assert only(nodes).got == "sub → sub/sum → sub → b → sub"


def test_two_ways_through_a_subgraph_are_no_cycle() -> None:
    inner = {
        "inputs": {"x": {"to": ["p.value"]}, "z": {"to": ["q.value"]}},
        "outputs": {"x": "p.out", "z": "q.out"},
        "nodes": {"p": node("number"), "q": node("number")},
    }
    nodes = {
        "sub": {"graph": inner, "params": {"x": 1}, "links": {"z": "b.out"}},
        "b": node("whole", links={"x": "sub.x"}),
    }

    assert codes(nodes) == []


def test_types_pass_through_a_subgraph() -> None:
    inner = {"inputs": {"x": {"to": ["p.value"]}}, "outputs": {"y": "p.out"}, "nodes": {"p": node("pass")}}
    nodes = {
        "ink": node("draw", text="a"),
        "sub": {"graph": inner, "links": {"x": "ink.out"}},
        "sum": node("add", links={"a": "sub.y"}, b=1),
    }
    assert only(nodes).got == "Picture from sub.y"


def test_references_are_read_and_circles_found() -> None:
    files = {
        "good.json": Graph.model_validate(INNER),
        "a.json": Graph.model_validate({"nodes": {"b": {"ref": "b.json"}}}),
        "b.json": Graph.model_validate({"nodes": {"a": {"ref": "a.json"}}}),
    }

    def refs(name: str) -> Graph:
        if name not in files:
            raise GraphError([Problem("no-file", "", "", "a graph file", name, "")])
        return files[name]

    nodes = {"sub": {"ref": "good.json"}, "round": {"ref": "a.json"}, "gone": {"ref": "gone.json"}}
    found = {problem.code: problem for problem in problems({"nodes": nodes}, refs=refs)}

    assert set(found) == {"missing-input", "ref-circle", "unreadable-ref"}
    assert found["ref-circle"].got == "a.json → b.json → a.json"
    assert found["ref-circle"].instance == "round/b/a"
