from typing import Any

import pytest

from engine.graph.document import Graph
from engine.graph.edit import Editor, Patch, Refused, Write, fork
from engine.graph.operations import OPERATIONS, apply
from engine.graph.reading import DEPTH

TREE: dict[str, Any] = {
    "title": "T",
    "nodes": {
        "one": {"type": "t.number", "params": {"value": 1}},
        "two": {"type": "t.number"},
        "sub": {"graph": {"nodes": {"in": {"type": "t.number"}}}},
    },
    "view": {"one": {"at": [0, 0]}, "two": {"at": [1, 1]}},
}


def graph() -> Graph:
    return Graph.model_validate(TREE)


def write(*where: str, old: Any = None, new: Any = None) -> Write:
    return Write(where=where, old=[] if old is None else [old], new=[] if new is None else [new])


def test_a_fork_is_edited_while_the_old_graph_stays() -> None:
    before = graph()
    for at, name in (("", "one"), ("sub", "in")):
        after = fork(before, at)
        apply(
            after,
            OPERATIONS.validate_python(
                {"op": "set_param", "at": at, "name": name, "port": "value", "value": 9}
            ),
        )

        assert before == graph()
        assert after != before


def test_a_fork_shares_what_was_not_edited() -> None:
    before = graph()
    after = fork(before, "")
    apply(after, OPERATIONS.validate_python({"op": "set_param", "name": "one", "port": "value", "value": 9}))

    assert after.nodes["two"] is before.nodes["two"]
    assert after.nodes["one"] is not before.nodes["one"]


def test_one_and_true_are_different_values_one_and_one_point_zero_are_not() -> None:
    edit = Editor(graph(), "")
    edit.put("nodes", "one", "params", "value", value=1.0)
    assert edit.written().writes == ()
    edit.put("nodes", "one", "params", "value", value=True)

    assert edit.level.nodes["one"].params == {"value": True}


@pytest.mark.parametrize(
    "refused",
    [
        write("nodes", "one", "links", "value", new=5),
        write("outputs", "x", new={}),
        write("title", old="T", new=5),
        write("nodes", old=None, new={}),
        write("knotwork", new=7),
        write("nodes", "one", "params", "value", old=1, new=float("nan")),
        write("nodes", "one", "params", "value", old=1, new=2**60 + 1),
        write("nodes", "one", "params", "value", old=1, new="\ud800"),
        write("view", "\ud800", new=1),
        write(),
    ],
    ids=lambda one: ".".join(one.where) + ascii(one.new),
)
def test_what_no_file_can_hold_is_refused(refused: Write) -> None:
    after = graph()

    with pytest.raises(Refused):
        apply(after, Patch(writes=(refused,)))
    assert after.to_bytes() == graph().to_bytes()


def test_values_nest_as_deep_as_a_file_may() -> None:
    def nested(depth: int) -> Any:
        value: Any = 0
        for _ in range(depth):
            value = [value]
        return value

    after = graph()
    deepest = DEPTH - len(("graph", "nodes", "one", "params"))
    operation = {"op": "set_param", "name": "one", "port": "value", "value": nested(deepest + 1)}
    with pytest.raises(Refused, match="levels of nesting"):
        apply(after, OPERATIONS.validate_python(operation))
    operation["value"] = nested(deepest)
    apply(after, OPERATIONS.validate_python(operation))

    assert Graph.read(after.to_bytes()) == after


def test_a_graph_becomes_another_with_every_field() -> None:
    after = graph()
    other = Graph.model_validate(
        {
            "help": "H",
            "models": {"m": {"digest": "d"}},
            "nodes": {"one": {"type": "t.number", "params": {"value": 2}}},
            "later": {"a": 1},
        }
    )
    edit = Editor(after, "")
    edit.become(other)
    assert after.to_bytes() == other.to_bytes()
    apply(after, edit.written().inverse())

    assert after.to_bytes() == graph().to_bytes()


def test_what_still_applies_of_a_patch_is_made() -> None:
    after = graph()
    edit = Editor(after, "")
    left_out = edit.patch_the_rest(
        Patch(
            writes=(
                write("view", "one", old={"at": [7, 7]}, new={"at": [5, 5]}),
                write("view", "two", old={"at": [1, 1]}, new={"at": [5, 5]}),
                write("nodes", "gone", "params", "value", old=1, new=2),
            )
        )
    )

    assert [each.where for each in left_out] == [("view", "one"), ("nodes", "gone", "params", "value")]
    assert after.view == {"one": {"at": [0, 0]}, "two": {"at": [5, 5]}}


def test_nothing_is_made_of_a_patch_whose_instance_was_changed() -> None:
    renamed = Patch(
        writes=(
            write("nodes", "one", old={"type": "t.number"}),
            write("nodes", "first", new={"type": "t.number"}),
        )
    )

    with pytest.raises(Refused, match="one was changed since"):
        Editor(graph(), "").patch_the_rest(renamed)
