"""Graphs without levels: subgraphs, references, bypasses, graph inputs and loops dissolved."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import GraphError
from engine.graph.document import Graph
from engine.graph.flat import GIVEN, Flat, Loop
from engine.graph.inline import flatten
from tests.graph.nodes import registry
from tests.graph.problems import NUMBER, node

REGISTRY = registry()

INNER = {
    "inputs": {"x": {"to": ["sum.a"]}},
    "outputs": {"y": "sum.out"},
    "nodes": {"sum": node("add", b=1)},
}


def flat(
    nodes: dict[str, Any], *, values: dict[str, Any] | None = None, refs: Any = None, **fields: Any
) -> Flat:
    return flatten(Graph.model_validate({"nodes": nodes, **fields}), REGISTRY, values=values, refs=refs)


def links(flat: Flat) -> dict[str, list[str]]:
    """Links as text: ``instance.port`` → sources, those a loop hands in as ``given.name``."""
    return {
        f"{name}.{port}": [
            f"{'given' if source == GIVEN else flat.names[source]}.{out}" for source, out in sources
        ]
        for name, ports in zip(flat.names, flat.links, strict=True)
        for port, sources in ports.items()
    }


def params(flat: Flat) -> dict[str, dict[str, Any]]:
    return {name: given for name, given in zip(flat.names, flat.params, strict=True) if given}


def refused(nodes: dict[str, Any], **fields: Any) -> tuple[str, str]:
    with pytest.raises(GraphError) as error:
        flat(nodes, **fields)
    return error.value.problems[0].code, error.value.problems[0].instance


class TestLinks:
    def test_instances_keep_their_order_and_their_links(self) -> None:
        found = flat({"b": node("add", links={"a": "a.out"}, b=1), "a": NUMBER}, outputs={"x": "b.out"})
        assert found.names == ["b", "a"]
        assert links(found) == {"b.a": ["a.out"]}
        assert found.outputs == {"x": (0, "out")}

    def test_a_variadic_port_keeps_the_order_of_its_links(self) -> None:
        nodes = {"x": NUMBER, "y": NUMBER, "t": node("total", links={"values": ["y.out", "x.out", "y.out"]})}
        assert links(flat(nodes)) == {"t.values": ["y.out", "x.out", "y.out"]}

    @pytest.mark.parametrize("text", ["gone.out", "gone", ""])
    def test_a_link_from_nowhere_is_refused(self, text: str) -> None:
        assert refused({"b": node("add", links={"a": text}, b=1)})[0] == "dangling-link"

    def test_an_unknown_node_is_refused(self) -> None:
        assert refused({"b": node("nothing")}) == ("unknown-node", "b")


class TestInputs:
    GRAPH = {"s": node("add", b=1)}  # noqa: RUF012

    def test_a_value_reaches_every_port_that_the_input_feeds(self) -> None:
        found = flat(self.GRAPH, inputs={"x": {"to": ["s.a", "s.b"]}}, values={"x": 5})
        assert params(found) == {"s": {"a": 5, "b": 5}}

    def test_a_default_stands_in(self) -> None:
        inputs = {"x": {"to": ["s.a"], "default": 7}}
        assert params(flat(self.GRAPH, inputs=inputs)) == {"s": {"a": 7, "b": 1}}

    def test_null_is_a_default_too(self) -> None:
        inputs = {"x": {"to": ["s.a"], "default": None}}
        assert params(flat(self.GRAPH, inputs=inputs)) == {"s": {"a": None, "b": 1}}

    def test_without_a_value_the_instances_own_param_stands(self) -> None:
        assert params(flat(self.GRAPH, inputs={"x": {"to": ["s.b"]}})) == {"s": {"b": 1}}

    def test_a_value_goes_before_the_instances_own_link(self) -> None:
        nodes = {"n": NUMBER, "s": node("add", links={"a": "n.out"}, b=1)}
        found = flat(nodes, inputs={"x": {"to": ["s.a"]}}, values={"x": 5})
        assert params(found)["s"] == {"a": 5, "b": 1}
        assert links(found) == {}

    def test_a_list_reaches_a_variadic_port_as_it_is(self) -> None:
        found = flat({"t": node("total")}, inputs={"x": {"to": ["t.values"], "default": [1, 2]}})
        assert params(found) == {"t": {"values": [1, 2]}}


class TestSubgraphs:
    def test_its_instances_stand_on_one_level_under_its_name(self) -> None:
        nodes = {"n": NUMBER, "sub": {"graph": INNER, "links": {"x": "n.out"}}}
        found = flat(nodes, outputs={"y": "sub.y"})
        assert found.names == ["n", "sub/sum"]
        assert links(found) == {"sub/sum.a": ["n.out"]}
        assert found.outputs == {"y": (1, "out")}

    def test_a_param_goes_inward(self) -> None:
        assert params(flat({"sub": {"graph": INNER, "params": {"x": 3}}})) == {"sub/sum": {"a": 3, "b": 1}}

    def test_values_go_through_several_levels_inward_and_results_outward(self) -> None:
        middle = {
            "inputs": {"x": {"to": ["in.x"]}},
            "outputs": {"y": "in.y"},
            "nodes": {"in": {"graph": INNER}},
        }
        nodes = {"sub": {"graph": middle}, "after": node("add", links={"a": "sub.y"}, b=1)}
        found = flat(nodes, inputs={"x": {"to": ["sub.x"]}}, values={"x": 4})
        assert found.names == ["after", "sub/in/sum"]
        assert params(found)["sub/in/sum"] == {"a": 4, "b": 1}
        assert links(found) == {"after.a": ["sub/in/sum.out"]}

    def test_two_uses_are_apart(self) -> None:
        nodes = {name: {"graph": INNER, "params": {"x": i}} for i, name in enumerate("pq")}
        assert params(flat(nodes)) == {"p/sum": {"a": 0, "b": 1}, "q/sum": {"a": 1, "b": 1}}

    def test_an_input_that_leads_straight_to_an_output_of_another_is_one_link(self) -> None:
        nodes = {
            "one": {"graph": INNER, "params": {"x": 1}},
            "two": {"graph": INNER, "links": {"x": "one.y"}},
        }
        assert links(flat(nodes)) == {"two/sum.a": ["one/sum.out"]}

    def test_a_missing_output_is_refused(self) -> None:
        nodes = {"sub": {"graph": INNER, "params": {"x": 1}}, "b": node("add", links={"a": "sub.z"}, b=1)}
        assert refused(nodes) == ("missing-port", "sub")

    def test_a_reference_is_read(self) -> None:
        refs = {"inner.json": Graph.model_validate(INNER)}.__getitem__
        found = flat({"sub": {"ref": "inner.json", "params": {"x": 3}}}, refs=refs)
        assert params(found) == {"sub/sum": {"a": 3, "b": 1}}

    def test_a_reference_without_files_is_refused(self) -> None:
        assert refused({"sub": {"ref": "inner.json"}}) == ("unreadable-ref", "sub")

    @pytest.mark.parametrize("kind", ["subgraph", "loop"])
    def test_a_circle_of_references_is_refused(self, kind: str) -> None:
        again: dict[str, Any] = {"ref": "a.json"}
        if kind == "loop":
            again |= {"type": "flow.loop", "count": 1}
        graph = Graph.model_validate({"nodes": {"again": again}})
        assert refused({"sub": again}, refs=lambda _: graph)[0] == "ref-circle"

    @pytest.mark.parametrize("kind", ["subgraph", "loop"])
    def test_too_many_levels_are_refused(self, kind: str) -> None:
        extra = {"type": "flow.loop", "count": 1} if kind == "loop" else {}
        graph: dict[str, Any] = {"nodes": {"n": NUMBER}}
        for _ in range(66):
            graph = {"nodes": {"sub": {"graph": graph, **extra}}}
        assert refused(graph["nodes"])[0] == "too-deep"


class TestModes:
    def test_a_muted_instance_is_not_there(self) -> None:
        nodes = {"n": {**NUMBER, "mode": "mute"}, "s": node("add", links={"a": "n.out"}, b=1)}
        found = flat(nodes)
        assert found.names == ["s"]
        assert links(found) == {}

    def test_a_muted_source_leaves_a_variadic_port(self) -> None:
        nodes = {
            "x": NUMBER,
            "y": {**NUMBER, "mode": "mute"},
            "t": node("total", links={"values": ["x.out", "y.out"]}),
        }
        assert links(flat(nodes)) == {"t.values": ["x.out"]}

    def test_the_first_input_of_the_outputs_type_stands_for_a_bypassed_instance(self) -> None:
        nodes = {
            "ink": node("draw", text="a"),
            "mask": node("draw", text="b"),
            "blur": {**node("blur", links={"mask": "mask.out", "picture": "ink.out"}), "mode": "bypass"},
            "end": node("blur", links={"picture": "blur.out"}),
        }
        found = flat(nodes)
        assert found.names == ["ink", "mask", "end"]
        assert links(found) == {"end.picture": ["ink.out"]}

    def test_several_bypassed_in_a_row_are_passed(self) -> None:
        nodes: dict[str, Any] = {"p": node("draw", text="a")}
        for i in range(2000):
            source = f"b{i - 1}.out" if i else "p.out"
            nodes[f"b{i}"] = {**node("blur", links={"picture": source}), "mode": "bypass"}
        nodes["end"] = node("blur", links={"picture": "b1999.out"})
        assert links(flat(nodes)) == {"end.picture": ["p.out"]}

    def test_a_bypassed_instance_passes_a_typed_in_value_on(self) -> None:
        nodes = {
            "s": {**node("add", a=3, b=1), "mode": "bypass"},
            "t": node("add", links={"a": "s.out"}, b=1),
        }
        assert params(flat(nodes)) == {"t": {"a": 3, "b": 1}}

    def test_a_bypassed_instance_passes_a_graph_input_on(self) -> None:
        nodes = {"s": {**node("add", b=1), "mode": "bypass"}, "t": node("add", links={"a": "s.out"}, b=1)}
        found = flat(nodes, inputs={"x": {"to": ["s.a"]}}, values={"x": 8})
        assert params(found) == {"t": {"a": 8, "b": 1}}

    def test_a_bypass_without_such_an_input_is_refused(self) -> None:
        nodes = {
            "d": {**node("draw", text="a"), "mode": "bypass"},
            "b": node("blur", links={"picture": "d.out"}),
        }
        assert refused(nodes) == ("bypass", "d")

    def test_bypassed_instances_in_a_circle_are_refused(self) -> None:
        nodes = {
            "a": {**node("pass", links={"value": "b.out"}), "mode": "bypass"},
            "b": {**node("pass", links={"value": "a.out"}), "mode": "bypass"},
            "end": node("pass", links={"value": "a.out"}),
        }
        assert refused(nodes)[0] == "cycle"

    def test_lifting_and_freezing_go_with_the_instance(self) -> None:
        found = flat({"s": {**node("add", a=[1], b=1), "over": ["a"]}, "t": {**NUMBER, "frozen": "00ff"}})
        assert found.over == {0: ("a",)}
        assert found.frozen == {1: b"\x00\xff"}

    def test_a_frozen_key_that_is_no_key_is_refused(self) -> None:
        assert refused({"n": {**NUMBER, "frozen": "no hex"}}) == ("bad-value", "n")


def loop(body: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "flow.loop", "graph": body, "carry": {"x": 0}, "count": 3, **fields}


def only_loop(found: Flat) -> tuple[str, Loop]:
    [(index, one)] = found.loops.items()
    return found.names[index], one


class TestLoops:
    BODY = {  # noqa: RUF012
        "inputs": {"x": {"to": ["sum.a"]}, "step": {"to": ["sum.b"], "default": 1}},
        "outputs": {"x": "sum.out"},
        "nodes": {"sum": node("add")},
    }

    def test_a_loop_is_one_instance_with_a_body_of_its_own(self) -> None:
        found = flat({"loop": loop(self.BODY), "after": node("add", links={"a": "loop.x"}, b=1)})
        name, one = only_loop(found)
        assert found.names == ["loop", "after"]
        assert (name, one.carry, one.each, one.checkpoint) == ("loop", ("x",), False, 0)
        assert params(found)["loop"] == {"carry/x": 0, "count": 3}
        assert links(one.body) == {"sum.a": ["given.x"]}
        assert params(one.body) == {"sum": {"b": 1}}
        assert links(found) == {"after.a": ["loop.x"]}

    def test_start_values_items_and_count_can_be_links(self) -> None:
        nodes = {
            "n": NUMBER,
            "r": node("range", n=3),
            "counted": loop(self.BODY, carry={"x": {"link": "n.out"}}, count={"link": "n.out"}),
            "each": loop(
                {**self.BODY, "inputs": {"x": {"to": ["sum.a"]}, "item": {"to": ["sum.b"]}}},
                count=None,
                items={"link": "r.out"},
            ),
        }
        assert links(flat(nodes)) == {
            "counted.carry/x": ["n.out"],
            "counted.count": ["n.out"],
            "each.items": ["r.out"],
        }

    def test_a_typed_in_invariant_goes_into_the_body(self) -> None:
        _, one = only_loop(flat({"loop": loop(self.BODY, params={"step": 5})}))
        assert params(one.body) == {"sum": {"b": 5}}

    def test_a_linked_invariant_is_handed_in(self) -> None:
        found = flat({"n": NUMBER, "loop": loop(self.BODY, links={"step": "n.out"})})
        _, one = only_loop(found)
        assert links(found) == {"loop.in/step": ["n.out"]}
        assert links(one.body) == {"sum.a": ["given.x"], "sum.b": ["given.step"]}

    def test_graph_inputs_feed_start_values_counts_and_invariants(self) -> None:
        found = flat(
            {"loop": loop(self.BODY)},
            inputs={name: {"to": [f"loop.{name}"]} for name in ("x", "count", "step")},
            values={"x": 10, "count": 4, "step": 2},
        )
        _, one = only_loop(found)
        assert params(found)["loop"] == {"carry/x": 10, "count": 4}
        assert params(one.body) == {"sum": {"b": 2}}

    def test_what_is_alike_in_every_turn_moves_in_front(self) -> None:
        body = {
            "inputs": {"x": {"to": ["sum.a"]}, "k": {"to": ["still.a"]}},
            "outputs": {"x": "sum.out"},
            "nodes": {
                "still": node("add", b=1),
                "stiller": node("add", links={"a": "still.out"}, b=2),
                "sum": node("add", links={"b": "stiller.out"}),
            },
        }
        found = flat({"n": NUMBER, "loop": loop(body, links={"k": "n.out"})})
        _, one = only_loop(found)
        assert found.names == ["n", "loop/still", "loop/stiller", "loop"]
        assert links(found) == {
            "loop/still.a": ["n.out"],
            "loop/stiller.a": ["loop/still.out"],
            "loop.in/k": ["n.out"],
            "loop.in/stiller.out": ["loop/stiller.out"],
        }
        assert one.body.names == ["sum"]
        assert links(one.body) == {"sum.a": ["given.x"], "sum.b": ["given.stiller.out"]}

    @pytest.mark.parametrize("given", ["item", "index"])
    def test_what_reads_the_item_or_the_turn_stays(self, given: str) -> None:
        body = {
            "inputs": {given: {"to": ["turn.a"]}, "x": {"to": ["sum.a"]}},
            "outputs": {"x": "sum.out"},
            "nodes": {"turn": node("add", b=1), "sum": node("add", links={"b": "turn.out"})},
        }
        extent: dict[str, Any] = {"items": [1, 2], "count": None} if given == "item" else {}
        _, one = only_loop(flat({"loop": loop(body, **extent)}))
        assert one.body.names == ["turn", "sum"]
        assert links(one.body)["turn.a"] == [f"given.{given}"]

    def test_an_output_can_be_an_invariant(self) -> None:
        body = {**self.BODY, "outputs": {"x": "sum.out", "still": "n.out"}}
        body["nodes"] = {"sum": node("add"), "n": NUMBER}
        found = flat({"loop": loop(body, collect=["still"])})
        _, one = only_loop(found)
        assert links(found) == {"loop.in/n.out": ["loop/n.out"]}
        assert one.body.outputs["still"] == (GIVEN, "n.out")

    def test_a_loop_in_a_subgraph_is_named_by_its_way(self) -> None:
        sub = {
            "inputs": {"k": {"to": ["loop.step"]}},
            "outputs": {"y": "loop.x"},
            "nodes": {"loop": loop(self.BODY)},
        }
        found = flat({"n": NUMBER, "sub": {"graph": sub, "links": {"k": "n.out"}}}, outputs={"y": "sub.y"})
        assert only_loop(found)[0] == "sub/loop"
        assert links(found) == {"sub/loop.in/step": ["n.out"]}
        assert found.outputs == {"y": (1, "x")}

    def test_a_subgraph_in_a_body_is_dissolved_in_it(self) -> None:
        body = {
            "inputs": {"x": {"to": ["sub.x"]}},
            "outputs": {"x": "sub.y"},
            "nodes": {"sub": {"graph": INNER}},
        }
        _, one = only_loop(flat({"loop": loop(body)}))
        assert links(one.body) == {"sub/sum.a": ["given.x"]}

    def test_a_loop_in_a_loop_is_in_its_body(self) -> None:
        outer = {
            "inputs": {"x": {"to": ["inner.x"]}},
            "outputs": {"x": "inner.x"},
            "nodes": {"inner": loop(self.BODY, carry={"x": None})},
        }
        _, one = only_loop(flat({"outer": loop(outer)}))
        assert links(one.body) == {"inner.carry/x": ["given.x"]}
        assert only_loop(one.body)[0] == "inner"

    def test_invariants_move_in_front_of_the_outermost_loop_that_leaves_them_alone(self) -> None:
        inner = {
            "inputs": {"x": {"to": ["sum.a"]}, "turn": {"to": ["by_turn.a"]}},
            "outputs": {"x": "sum.out"},
            "nodes": {
                "still": node("add", a=1, b=2),
                "by_turn": node("add", links={"b": "still.out"}),
                "sum": node("add", links={"b": "by_turn.out"}),
            },
        }
        outer = {
            "inputs": {"x": {"to": ["inner.x"]}, "index": {"to": ["number.a"]}},
            "outputs": {"x": "inner.x"},
            "nodes": {
                "number": node("add", b=0),
                "inner": loop(inner, carry={"x": None}, links={"turn": "number.out"}),
            },
        }
        found = flat({"outer": loop(outer)})
        name, one = only_loop(found)
        assert (name, found.names) == ("outer", ["outer/inner/still", "outer"])
        assert one.body.names == ["number", "inner/by_turn", "inner"]
        assert only_loop(one.body)[1].body.names == ["sum"]

    def test_a_whole_loop_can_be_an_invariant_of_another(self) -> None:
        outer = {
            "inputs": {"x": {"to": ["sum.a"]}},
            "outputs": {"x": "sum.out"},
            "nodes": {"inner": loop(self.BODY), "sum": node("add", links={"b": "inner.x"})},
        }
        found = flat({"outer": loop(outer)})
        assert found.names == ["outer/inner", "outer"]
        assert set(found.loops) == {0, 1}
        assert links(found) == {"outer.in/inner.x": ["outer/inner.x"]}

    def test_a_variadic_port_of_an_invariant_keeps_its_links(self) -> None:
        body = {
            "inputs": {"x": {"to": ["sum.a"]}},
            "outputs": {"x": "sum.out"},
            "nodes": {
                "p": NUMBER,
                "q": NUMBER,
                "total": node("total", links={"values": ["q.out", "p.out"]}),
                "sum": node("add", links={"b": "total.out"}),
            },
        }
        assert links(flat({"loop": loop(body)}))["loop/total.values"] == ["loop/q.out", "loop/p.out"]
