import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.graph.check import check
from engine.graph.document import Graph
from engine.graph.edit import Refused
from engine.graph.operations import OPERATIONS, apply
from tests.graph.nodes import registry

TREE: dict[str, Any] = {
    "knotwork": 1,
    "inputs": {
        "x": {"to": ["one.value", "sum.b"], "default": 2},
        "free": {"to": ["blur.radius"], "default": None},
    },
    "outputs": {"sum": "sum.out", "last": "loop.x", "picture": "blur.out"},
    "nodes": {
        "one": {"type": "t.number", "params": {"value": 1}},
        "sum": {"type": "t.add", "links": {"a": "one.out"}},
        "total": {"type": "t.total", "links": {"values": ["one.out", "sum.out", "one.out"]}},
        "loop": {
            "type": "flow.loop",
            "carry": {"x": {"link": "total.out"}},
            "count": 3,
            "params": {"step": 2},
            "graph": {
                "inputs": {"x": {"to": ["add.a"]}, "step": {"to": ["add.b"]}},
                "outputs": {"x": "add.out"},
                "nodes": {"add": {"type": "t.add"}},
            },
        },
        "draw": {"type": "t.draw", "params": {"text": "a"}, "title": "Draw"},
        "blur": {"type": "t.blur", "links": {"picture": "draw.out"}},
    },
    "view": {"one": {"at": [0, 0]}, "sum": {"at": [100, 50], "folded": True}, ".note.1": {"text": "hi"}},
}
REGISTRY = registry()


def graph() -> Graph:
    return Graph.model_validate(TREE)


def edited(**operation: Any) -> Graph:
    """The graph after one edit, which is checked to go back and forth exactly."""
    after = graph()
    begin = after.to_bytes()
    inverse = apply(after, OPERATIONS.validate_python(operation))
    done = after.to_bytes()
    again = apply(after, inverse)
    assert after.to_bytes() == begin
    apply(after, again)
    assert after.to_bytes() == done
    return after


def test_the_example_is_right() -> None:
    assert check(graph(), REGISTRY) == []


def test_add_puts_an_instance_in_its_place() -> None:
    after = edited(op="add", name="new", instance={"type": "t.number", "version": 1}, position=(3, 4))

    assert after.nodes["new"].type == "t.number"
    assert after.view["new"] == {"at": [3, 4]}


def test_add_needs_a_free_name_without_dots() -> None:
    for name in ("one", "a.b", ""):
        with pytest.raises(Refused, match=r"expected a (free )?name"):
            edited(op="add", name=name, instance={})


def test_remove_takes_every_link_along() -> None:
    after = edited(op="remove", names=["one", "total"])

    assert after.nodes["sum"].links == {}
    assert after.nodes["loop"].carry == {}
    assert after.inputs["x"].to == ["sum.b"]
    assert "one" not in after.view


def test_remove_keeps_the_other_links_of_a_variadic_port() -> None:
    assert edited(op="remove", names=["sum"]).nodes["total"].links == {"values": ["one.out", "one.out"]}


def test_a_value_takes_the_place_of_a_link() -> None:
    sum_ = edited(op="set_param", name="sum", port="a", value=5).nodes["sum"]

    assert (sum_.params, sum_.links) == ({"a": 5}, {})


def test_a_link_takes_the_place_of_a_value() -> None:
    one = edited(op="link", name="one", port="value", source="sum.out").nodes["one"]

    assert (one.params, one.links) == ({}, {"value": "sum.out"})


def test_unlink_and_unset_leave_the_default() -> None:
    assert edited(op="unlink", name="sum", port="a").nodes["sum"].links == {}
    assert edited(op="unset_param", name="one", port="value").nodes["one"].params == {}


def test_rename_is_followed_everywhere() -> None:
    after = edited(op="rename", name="one", to="first")

    assert after.nodes["sum"].links == {"a": "first.out"}
    assert after.nodes["total"].links == {"values": ["first.out", "sum.out", "first.out"]}
    assert after.inputs["x"].to == ["first.value", "sum.b"]
    assert after.view["first"] == {"at": [0, 0]}
    assert edited(op="rename", name="total", to="all").nodes["loop"].carry == {"x": {"link": "all.out"}}


def test_move_keeps_what_else_the_view_says() -> None:
    assert edited(op="move", positions={"sum": (1, 2)}).view["sum"] == {"at": [1, 2], "folded": True}


def test_groups_and_notes_come_and_go() -> None:
    assert edited(op="group", id="g", value={"at": [0, 0], "size": [5, 5]}).view[".group.g"] == {
        "at": [0, 0],
        "size": [5, 5],
    }
    assert ".note.1" not in edited(op="note", id="1").view


def test_inputs_and_outputs_are_exposed() -> None:
    assert edited(op="expose_input", name="y", input={"to": ["sum.a"]}).inputs["y"].required
    assert (
        not edited(op="expose_input", name="x", input={"to": ["sum.b"], "default": None}).inputs["x"].required
    )
    assert "x" not in edited(op="unexpose_input", name="x").inputs
    assert edited(op="expose_output", name="sum", source="one.out").outputs["sum"] == "one.out"
    assert "sum" not in edited(op="unexpose_output", name="sum").outputs


def test_inputs_and_outputs_need_names() -> None:
    with pytest.raises(Refused, match=r"expected a name for the input of the graph, got none\. Name it"):
        edited(op="expose_input", name="", input={"to": ["sum.a"]})
    with pytest.raises(Refused, match=r"expected a name for the output of the graph, got none\. Name it"):
        edited(op="expose_output", name="", source="one.out")


def test_fields_are_set_and_reset() -> None:
    after = edited(
        op="set_fields", name="loop", fields={"count": 5, "checkpoint": 2, "title": "Turns", "carry": None}
    )

    loop = after.nodes["loop"]
    assert (loop.count, loop.checkpoint, loop.title, loop.carry) == (5, 2, "Turns", {})
    assert (
        edited(op="set_fields", name="blur", fields={"mode": "bypass", "over": ["picture"]})
        .nodes["blur"]
        .mode
        == "bypass"
    )
    assert (
        edited(op="set_fields", name="draw", fields={"title": None, "frozen": "ab"}).nodes["draw"].title == ""
    )


def test_a_subgraph_goes_to_a_file_and_comes_back() -> None:
    before = edited(op="embed", names=["one", "sum"], name="sub")
    inner = before.nodes["sub"].graph
    assert inner is not None
    out = {"op": "set_fields", "name": "sub", "fields": {"graph": None, "ref": "sub.json"}}
    undo = apply(before, OPERATIONS.validate_python(out))
    assert (before.nodes["sub"].ref, before.nodes["sub"].graph) == ("sub.json", None)

    back = {"op": "set_fields", "name": "sub", "fields": {"graph": json.loads(inner.to_bytes()), "ref": None}}
    apply(before, OPERATIONS.validate_python(back))
    assert before.nodes["sub"].graph == inner
    with pytest.raises(Refused):
        apply(before, undo)


def test_the_graph_is_described() -> None:
    assert edited(op="describe", fields={"title": "Sum", "help": ""}).title == "Sum"


def test_an_edit_inside_a_subgraph_has_its_path() -> None:
    after = edited(op="set_param", at="loop", name="add", port="b", value=1)

    inner = after.nodes["loop"].graph
    assert inner is not None
    assert inner.nodes["add"].params == {"b": 1}


def test_embedding_keeps_what_is_computed() -> None:
    after = edited(op="embed", names=["one", "sum"], name="sub")

    sub = after.nodes["sub"]
    assert sub.graph is not None
    assert list(sub.graph.outputs.values()) == ["one.out", "sum.out"]
    assert after.nodes["total"].links == {"values": ["sub.out", "sub.out_2", "sub.out"]}
    assert check(after, REGISTRY) == []


def test_embedding_makes_one_input_of_one_source() -> None:
    after = edited(op="embed", names=["blur"], name="soft")

    soft = after.nodes["soft"]
    assert soft.links == {"picture": "draw.out"}
    assert after.outputs["picture"] == "soft.out"
    assert after.inputs["free"].to == ["soft.free"]
    assert soft.graph is not None
    assert {name: given.to for name, given in soft.graph.inputs.items()} == {
        "picture": ["blur.picture"],
        "free": ["blur.radius"],
    }
    assert check(after, REGISTRY) == []


def test_unpacking_what_was_embedded_gives_the_same_graph() -> None:
    begin = Graph.model_validate({**TREE, "view": {}})
    after = begin.model_copy(deep=True)
    apply(after, OPERATIONS.validate_python({"op": "embed", "names": ["draw", "blur"], "name": "sub"}))
    assert set(after.nodes) == {"one", "sum", "total", "loop", "sub"}
    apply(after, OPERATIONS.validate_python({"op": "unpack", "name": "sub"}))

    assert after.to_bytes() == begin.to_bytes()


def test_unpacking_renames_what_is_taken() -> None:
    after = graph()
    apply(after, OPERATIONS.validate_python({"op": "embed", "names": ["blur"], "name": "sub"}))
    apply(after, OPERATIONS.validate_python({"op": "add", "name": "blur", "instance": {"type": "t.number"}}))
    apply(after, OPERATIONS.validate_python({"op": "unpack", "name": "sub"}))

    assert after.nodes["blur_2"].links == {"picture": "draw.out"}
    assert after.outputs["picture"] == "blur_2.out"
    assert check(after, REGISTRY) == []


def test_a_loop_whose_start_would_be_cut_off_is_not_embedded() -> None:
    with pytest.raises(Refused, match="the loop loop starts from values outside"):
        edited(op="embed", names=["loop"], name="sub")


def test_how_an_instance_is_shown_is_set_field_by_field() -> None:
    after = edited(op="show", shown={"sum": {"folded": None, "colour": "red"}, "draw": {"size": [3, 4]}})
    assert after.view["sum"] == {"at": [100, 50], "colour": "red"}
    assert after.view["draw"] == {"size": [3, 4]}
    assert "draw" not in edited(op="show", shown={"draw": {"size": None}}).view
    with pytest.raises(Refused, match='expected an instance "gone"'):
        edited(op="show", shown={"gone": {"colour": "red"}})


def test_a_colour_and_a_move_of_the_same_node_are_taken_back_apart() -> None:
    after = graph()
    colour, move = (
        apply(after, OPERATIONS.validate_python(operation))
        for operation in (
            {"op": "show", "shown": {"sum": {"colour": "red"}, "draw": {"colour": "red"}}},
            {"op": "move", "positions": {"sum": [7, 8], "draw": [9, 9]}},
        )
    )
    apply(after, colour)
    assert (after.view["sum"], after.view["draw"]) == ({"at": [7, 8], "folded": True}, {"at": [9, 9]})
    apply(after, move)
    assert after.to_bytes() == graph().to_bytes()


def test_an_undo_that_no_longer_applies_says_so_and_changes_nothing() -> None:
    after = graph()
    undo = apply(
        after, OPERATIONS.validate_python({"op": "set_param", "name": "one", "port": "value", "value": 5})
    )
    apply(after, OPERATIONS.validate_python({"op": "set_param", "name": "one", "port": "value", "value": 6}))
    now = after.to_bytes()

    with pytest.raises(Refused, match=r"nodes\.one\.params\.value was changed since"):
        apply(after, undo)
    assert after.to_bytes() == now


def test_an_undo_leaves_other_peoples_edits_alone() -> None:
    after = graph()
    undo = apply(after, OPERATIONS.validate_python({"op": "remove", "names": ["one"]}))
    apply(
        after, OPERATIONS.validate_python({"op": "set_param", "name": "draw", "port": "text", "value": "b"})
    )
    apply(after, undo)

    assert after.nodes["sum"].links == {"a": "one.out"}
    assert after.nodes["draw"].params == {"text": "b"}


def test_a_refused_edit_changes_nothing() -> None:
    after = graph()
    operation = {"op": "set_fields", "name": "loop", "fields": {"count": 9, "mode": "sideways"}}

    with pytest.raises(Refused, match="mode"):
        apply(after, OPERATIONS.validate_python(operation))
    assert after.to_bytes() == graph().to_bytes()


NAMES = st.sampled_from(["one", "sum", "total", "loop", "draw", "blur", "new", "sub"])
PORTS = st.sampled_from(["value", "a", "b", "values", "picture", "step", "out"])
SOURCES = st.builds("{}.{}".format, NAMES, PORTS)
VALUES = st.none() | st.integers(0, 3) | st.sampled_from(["a", "b"]) | st.lists(st.integers(0, 3), max_size=2)
RECORDS = [
    st.fixed_dictionaries({"op": st.just("add"), "name": NAMES, "instance": st.just({"type": "t.add"})}),
    st.fixed_dictionaries({"op": st.just("remove"), "names": st.lists(NAMES, max_size=2, unique=True)}),
    st.fixed_dictionaries({"op": st.just("set_param"), "name": NAMES, "port": PORTS, "value": VALUES}),
    st.fixed_dictionaries({"op": st.just("unset_param"), "name": NAMES, "port": PORTS}),
    st.fixed_dictionaries(
        {
            "op": st.just("link"),
            "name": NAMES,
            "port": PORTS,
            "source": SOURCES | st.lists(SOURCES, max_size=3),
        }
    ),
    st.fixed_dictionaries({"op": st.just("unlink"), "name": NAMES, "port": PORTS}),
    st.fixed_dictionaries({"op": st.just("rename"), "name": NAMES, "to": NAMES}),
    st.fixed_dictionaries(
        {"op": st.just("move"), "positions": st.dictionaries(NAMES, st.just((1.5, 2)), max_size=2)}
    ),
    st.fixed_dictionaries(
        {
            "op": st.just("show"),
            "shown": st.dictionaries(
                NAMES, st.dictionaries(st.sampled_from(["folded", "colour"]), VALUES, max_size=2), max_size=2
            ),
        }
    ),
    st.fixed_dictionaries(
        {"op": st.just("note"), "id": st.just("1"), "value": st.none() | st.just({"text": "x"})}
    ),
    st.fixed_dictionaries(
        {
            "op": st.just("expose_input"),
            "name": PORTS,
            "input": st.fixed_dictionaries({"to": st.lists(SOURCES, max_size=2)}),
        }
    ),
    st.fixed_dictionaries({"op": st.just("unexpose_input"), "name": st.sampled_from(["x", "free"])}),
    st.fixed_dictionaries({"op": st.just("expose_output"), "name": PORTS, "source": SOURCES}),
    st.fixed_dictionaries({"op": st.just("unexpose_output"), "name": st.sampled_from(["sum", "last"])}),
    st.fixed_dictionaries(
        {"op": st.just("embed"), "names": st.lists(NAMES, min_size=1, max_size=3), "name": NAMES}
    ),
    st.fixed_dictionaries({"op": st.just("unpack"), "name": NAMES}),
    st.fixed_dictionaries(
        {
            "op": st.just("set_fields"),
            "name": NAMES,
            "fields": st.dictionaries(
                st.sampled_from(["count", "mode", "title", "over", "checkpoint"]), VALUES, max_size=2
            ),
        }
    ),
]


@given(st.lists(st.one_of(RECORDS), max_size=8))
def test_edits_taken_back_in_turn_leave_the_same_bytes(records: list[dict[str, Any]]) -> None:
    after = graph()
    states = [after.to_bytes()]
    undos = []
    for record in records:
        # as in the log: through JSON
        operation = OPERATIONS.validate_json(json.dumps(record))
        try:
            undo = apply(after, operation)
        except Refused:
            assert after.to_bytes() == states[-1]
            continue
        undos.append(OPERATIONS.validate_json(undo.model_dump_json()))
        states.append(after.to_bytes())
    while undos:
        assert after.to_bytes() == states.pop()
        apply(after, undos.pop())
    assert after.to_bytes() == states.pop()
