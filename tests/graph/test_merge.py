from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.graph.document import Graph
from engine.graph.merge import merge


def graph(**nodes: Any) -> Graph:
    return Graph.model_validate({"nodes": nodes})


def add(**fields: Any) -> dict[str, Any]:
    return {"type": "t.add", "params": {"a": 1, "b": 1}, **fields}


def test_changes_of_different_fields_come_together() -> None:
    merged = merge(graph(s=add()), graph(s=add(params={"a": 2, "b": 1})), graph(s=add(title="T"), n=add()))

    assert merged.conflicts == []
    assert merged.graph == graph(s=add(params={"a": 2, "b": 1}, title="T"), n=add())


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    changed = graph(s=add(title="T"))

    assert merge(graph(s=add()), changed, changed).conflicts == []


def test_two_changes_of_one_field_are_a_choice() -> None:
    merged = merge(graph(s=add()), graph(s=add(title="A")), graph(s=add(title="B")))

    (conflict,) = merged.conflicts
    assert (conflict.instance, conflict.field) == ("s", "title")
    assert merged.graph.nodes["s"].title == "A"
    merged.choose(conflict, "theirs")
    assert merged.graph.nodes["s"].title == "B"
    assert merged.conflicts == []


def test_a_choice_can_go_back_to_what_both_started_from() -> None:
    merged = merge(graph(s=add()), graph(s=add(title="A")), graph(s=add(title="B")))
    merged.choose(merged.conflicts[0], "base")

    assert merged.graph.nodes["s"].title == ""


def test_removing_what_the_other_side_left_alone_removes_it() -> None:
    merged = merge(graph(s=add(), n=add()), graph(n=add()), graph(s=add(), n=add(title="T")))

    assert merged.conflicts == []
    assert merged.graph == graph(n=add(title="T"))


def test_removing_what_the_other_side_changed_is_a_choice_of_the_whole() -> None:
    sub = {"graph": {"nodes": {"s": add()}}}
    changed = {"graph": {"nodes": {"s": add(title="T")}}}
    for before, after in ((add(), add(title="T")), (sub, changed)):
        merged = merge(graph(x=before), graph(), graph(x=after))

        (conflict,) = merged.conflicts
        assert (conflict.instance, conflict.field) == ("x", "")
        assert merged.graph == graph()
        merged.choose(conflict, "theirs")
        assert merged.graph == graph(x=after)


def test_a_rename_on_one_side_meets_a_change_on_the_other() -> None:
    one, user = {"type": "t.number"}, {"type": "t.whole", "links": {"x": "one.out"}}
    base = graph(one=one, user=user)
    ours = graph(first=one, user={**user, "links": {"x": "first.out"}})
    theirs = graph(one={**one, "params": {"value": 3}}, user={**user, "title": "U"})
    merged = merge(base, ours, theirs)

    assert merged.conflicts == []
    assert merged.graph == graph(
        first={**one, "params": {"value": 3}}, user={**user, "links": {"x": "first.out"}, "title": "U"}
    )


FIELDS = st.fixed_dictionaries({"type": st.just("t.add")}, optional={"title": st.sampled_from("ab")})
GRAPHS = st.dictionaries(st.sampled_from(["x", "y", "z"]), FIELDS).map(lambda nodes: graph(**nodes))


@given(GRAPHS, GRAPHS)
def test_merging_with_a_side_that_did_nothing_gives_the_other(base: Graph, changed: Graph) -> None:
    for merged in (merge(base, changed, base), merge(base, base, changed)):
        assert merged.conflicts == []
        assert merged.graph == changed
