from typing import Any

from engine.errors import KnotworkError
from engine.graph.document import Graph
from engine.graph.ends import Ends
from engine.graph.inline import flatten
from tests.graph.nodes import registry

INNER: dict[str, Any] = {
    "inputs": {"x": {"to": ["a.value", "off.value"], "default": 1}},
    "outputs": {"a": "a.out", "b": "b.out", "off": "off.out"},
    "nodes": {
        "a": {"type": "t.number"},
        "b": {"type": "t.pass", "links": {"value": "a.out"}},
        "off": {"type": "t.number", "mode": "bypass"},
    },
}


def ends(nodes: dict[str, Any], files: dict[str, Any] | None = None) -> tuple[Ends, list[str]]:
    """The ends of a graph, and the names of the flat one's instances."""

    def refs(text: str) -> Graph:
        if text not in (files or {}):
            raise KnotworkError("no such file")
        return Graph.model_validate((files or {})[text])

    graph = Graph.model_validate({"nodes": nodes})
    names = flatten(graph, registry(), refs=refs).names
    return Ends(graph, registry(), refs, {name: index for index, name in enumerate(names)}), names


def told(nodes: dict[str, Any], files: dict[str, Any] | None = None) -> dict[str, str]:
    """Each output that another instance computes → that one's output."""
    found, names = ends(nodes, files)
    return {f"{path}.{port}": f"{names[index]}.{out}" for path, port, (index, out) in found.borrowed()}


def test_a_plain_instance_computes_its_own() -> None:
    found, _ = ends({"one": {"type": "t.number"}})
    assert found.of("one", "out") == (0, "out")
    assert list(found.borrowed()) == []


def test_a_subgraphs_outputs_come_from_inside_and_through_what_is_bypassed() -> None:
    nodes = {"one": {"type": "t.number"}, "sub": {"graph": INNER, "links": {"x": "one.out"}}}
    assert told(nodes) == {
        "sub.a": "sub/a.out",
        "sub.b": "sub/b.out",
        "sub.off": "one.out",
        "sub/off.out": "one.out",
    }


def test_a_value_that_is_typed_in_is_computed_by_none() -> None:
    assert "sub.off" not in told({"sub": {"graph": INNER}})


def test_references_and_deeper_levels_are_entered() -> None:
    outer = {"outputs": {"x": "in.a"}, "nodes": {"in": {"ref": "inner.json"}}}
    found = told({"out": {"graph": outer}}, {"inner.json": INNER})
    assert (found["out.x"], found["out/in.b"]) == ("out/in/a.out", "out/in/b.out")


def test_of_a_loops_body_only_what_is_the_same_in_each_turn_is_computed_once() -> None:
    body = {
        "inputs": {"x": {"to": ["add.a"]}},
        "outputs": {"x": "add.out"},
        "nodes": {
            "fixed": {"graph": {"outputs": {"y": "n.out"}, "nodes": {"n": {"type": "t.number"}}}},
            "add": {"type": "t.add", "links": {"b": "fixed.y"}},
        },
    }
    loop = {"type": "flow.loop", "graph": body, "carry": {"x": 0}, "count": 2}
    found, names = ends({"loop": loop})
    assert found.of("loop", "x") == (names.index("loop"), "x")
    assert found.of("loop/fixed", "y") == (names.index("loop/fixed/n"), "out")
    assert found.of("loop/add", "out") is None


def test_what_is_muted_or_nowhere_has_no_end() -> None:
    found, _ = ends({"off": {"graph": INNER, "mode": "mute"}, "one": {"type": "t.number"}})
    for path, port in (("off", "a"), ("off/a", "out"), ("nobody", "out"), ("one/x", "out"), ("", "")):
        assert found.of(path, port) is None
    assert found.instance("off") is not None
    assert found.instance("off/a") is None
