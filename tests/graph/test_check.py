import time
from typing import Any

import pytest

from engine.declare.registry import Pack, Registry
from engine.errors import an
from engine.graph.check import check
from engine.graph.document import Graph
from tests.graph.nodes import NODES
from tests.graph.problems import NUMBER, REGISTRY, codes, node, only, problems


def test_a_right_graph_has_no_problems() -> None:
    nodes = {"one": NUMBER, "sum": node("add", links={"a": "one.out"}, b=2), "sum_2": node("add", a=1, b=2)}

    assert codes(nodes, outputs={"result": "sum.out"}, inputs={"x": {"to": ["sum_2.a"]}}) == []


def test_all_problems_are_found_at_once() -> None:
    nodes = {"a": node("nope"), "b": node("add", b="much"), "c": node("blur", links={"picture": "gone.out"})}

    assert set(codes(nodes)) == {
        ("unknown-node", "a", ""),
        ("missing-input", "b", "a"),
        ("bad-value", "b", "b"),
        ("dangling-link", "c", "picture"),
    }


def test_an_unknown_node_names_the_nearest() -> None:
    assert only({"n": node("nmber")}).cure == 'Did you mean "t.number"?'


def test_an_instance_is_a_node_or_a_graph() -> None:
    assert codes({"n": {}}) == [("no-type", "n", "")]
    assert codes({"n": {"type": "t.number", "graph": {}}}) == [("two-kinds", "n", "")]


def test_a_node_of_a_broken_pack_says_why() -> None:
    broken = Registry({"p": Pack("p", {"p": ("no_such_module_here",)})})
    (problem,) = check(Graph.model_validate({"nodes": {"n": {"type": "p.node"}}}), broken)

    assert "No module named 'no_such_module_here'" in problem.got


def test_a_missing_input_names_its_type() -> None:
    problem = only({"b": node("blur")})

    assert (problem.code, problem.instance, problem.port, problem.expected) == (
        "missing-input", "b", "picture", "a Picture",
    )  # fmt: skip


def test_an_int_fits_a_float_but_not_the_other_way() -> None:
    nodes = {
        "n": NUMBER,
        "int": node("whole", links={"x": "n.out"}),
        "sum": node("add", links={"a": "int.out"}, b=1),
    }
    assert codes(nodes) == []

    problem = only({"n": NUMBER, "r": node("range", links={"n": "n.out"})})
    assert (problem.code, problem.expected, problem.got) == ("wrong-type", "an int", "float from n.out")


def test_a_variable_carries_a_type_through() -> None:
    nodes = {
        "ink": node("draw", text="a"),
        "way": node("pass", links={"value": "ink.out"}),
        "way_2": node("pass", links={"value": "way.out"}),
        "sum": node("add", links={"a": "way_2.out"}, b=1),
    }
    problem = only(nodes)

    assert (problem.instance, problem.got) == ("sum", "Picture from way_2.out")


def test_two_instances_do_not_share_a_variable() -> None:
    nodes = {
        "one": NUMBER,
        "ink": node("draw", text="a"),
        "way": node("pass", links={"value": "ink.out"}),
        "way_2": node("pass", links={"value": "one.out"}),
    }
    assert codes(nodes) == []


def test_branches_of_a_choice_have_one_type() -> None:
    nodes = {
        "one": NUMBER,
        "ink": node("draw", text="a"),
        "either": node("either", links={"yes": "ink.out", "no": "one.out"}, which=True),
    }
    assert codes(nodes) == [("wrong-type", "either", "no")]


@pytest.mark.parametrize(
    ("params", "expected"),
    [({"n": 11}, "less than or equal to 10"), ({"n": "x"}, "int"), ({"n": None}, "int")],
)
def test_a_bad_value_says_what_the_port_takes(params: dict[str, Any], expected: str) -> None:
    problem = only({"r": node("range", **params)})

    assert problem.code == "bad-value"
    assert expected in problem.expected


def test_an_unknown_port_names_the_nearest() -> None:
    assert codes({"d": node("draw", text="a", stile="oil")}) == [("unknown-port", "d", "stile")]
    problem = only({"n": NUMBER, "s": node("add", links={"aa": "n.out"}, a=1, b=2)})
    assert (problem.code, problem.port) == ("unknown-port", "aa")


def test_a_port_has_a_value_or_a_link() -> None:
    assert codes({"n": NUMBER, "s": node("add", links={"a": "n.out"}, a=1, b=2)}) == [
        ("param-and-link", "s", "a")
    ]


def test_a_value_cannot_be_typed_into_a_picture() -> None:
    problem = only({"b": node("blur", picture="me.png")})

    assert (problem.code, problem.cure) == ("not-a-param", "Link a Picture here.")


def test_a_missing_output_port_names_those_there_are() -> None:
    problem = only({"s": node("split", x=1), "t": node("whole", links={"x": "s.hole"})})

    assert (problem.code, problem.expected, problem.cure) == (
        "missing-port",
        "an output of s (whole, rest)",
        'Did you mean "s.whole"?',
    )


def test_an_output_of_the_graph_can_dangle() -> None:
    assert codes({"n": NUMBER}, outputs={"x": "m.out", "y": "n.aut"}) == [
        ("dangling-link", "", "x"),
        ("missing-port", "", "y"),
    ]


def test_a_cycle_is_named_whole() -> None:
    nodes = {
        "a": node("add", links={"a": "c.out"}, b=1),
        "b": node("add", links={"a": "a.out"}, b=1),
        "c": node("add", links={"a": "b.out"}, b=1),
        "tail": node("add", links={"a": "c.out"}, b=1),
    }
    problem = only(nodes)

    assert (problem.code, problem.got) == ("cycle", "a → b → c → a")


def test_an_instance_can_be_its_own_cycle() -> None:
    assert only({"a": node("add", links={"a": "a.out"}, b=1)}).got == "a → a"


def test_separate_cycles_are_each_reported() -> None:
    nodes = {name: node("add", links={"a": f"{name}.out"}, b=1) for name in "abc"}

    assert [problem.got for problem in problems({"nodes": nodes})] == ["a → a", "b → b", "c → c"]


def test_two_graph_inputs_cannot_feed_one_port() -> None:
    inputs = {"x": {"to": ["s.a"]}, "y": {"to": ["s.a"]}}

    assert codes({"s": node("add", b=1)}, inputs=inputs) == [("two-inputs", "s", "a")]


def test_a_graph_input_must_lead_somewhere() -> None:
    inputs = {"x": {"to": ["s.c"]}, "y": {"to": ["t.a"]}}

    assert codes({"s": node("add", a=1, b=1)}, inputs=inputs) == [
        ("unknown-port", "s", "c"),
        ("dangling-link", 'graph input "y"', ""),
    ]


def test_a_graph_inputs_default_fits_its_port() -> None:
    assert codes({"s": node("add", b=1)}, inputs={"x": {"to": ["s.a"], "default": "no"}}) == [
        ("bad-value", "", "x")
    ]


def test_a_graph_input_feeds_ports_of_one_type() -> None:
    inputs = {"x": {"to": ["s.a", "r.n"]}}
    assert codes({"s": node("add", b=1), "r": node("range")}, inputs=inputs) == []

    inputs = {"x": {"to": ["s.a", "d.text"]}}
    assert codes({"s": node("add", b=1), "d": node("draw")}, inputs=inputs) == [("wrong-type", "d", "text")]


def test_several_links_go_into_variadic_ports_only() -> None:
    nodes = {"n": NUMBER, "t": node("total", links={"values": ["n.out", "n.out"]})}
    assert codes(nodes) == []
    assert codes({"n": NUMBER, "s": node("add", links={"a": ["n.out", "n.out"]}, b=1)}) == [
        ("several-links", "s", "a")
    ]


def test_a_variadic_port_takes_a_list_of_values() -> None:
    assert codes({"t": node("total", values=[1, 2])}) == []
    assert codes({"t": node("total", values=[1, "x"])}) == [("bad-value", "t", "values")]


def test_a_lifted_port_takes_a_list_and_gives_a_list() -> None:
    lifted = {**node("add", links={"a": "r.out"}, b=1), "over": ["a"]}
    nodes = {
        "r": node("range", n=3),
        "s": lifted,
        "t": {**node("whole", links={"x": "s.out"}), "over": ["x"]},
    }
    assert codes(nodes) == []

    problem = only({"n": NUMBER, "s": {**node("add", links={"a": "n.out"}, b=1), "over": ["a"]}})
    assert (problem.code, problem.expected) == ("wrong-type", "a list of float")


def test_a_lifted_port_takes_a_list_of_values() -> None:
    assert codes({"s": {**node("add", a=[1, 2], b=1), "over": ["a"]}}) == []
    assert codes({"s": {**node("add", a=1, b=1), "over": ["a"]}}) == [("bad-value", "s", "a")]
    assert codes({"s": {**node("add", a=1, b=1), "over": ["c"]}}) == [("unknown-port", "s", "c")]


def test_a_bypass_needs_an_input_of_the_outputs_type() -> None:
    nodes = {
        "ink": node("draw", text="a"),
        "b": {**node("blur", links={"picture": "ink.out"}), "mode": "bypass"},
    }
    assert codes(nodes, outputs={"image": "b.out"}) == []

    nodes = {"d": {**node("draw", text="a"), "mode": "bypass"}, "b": node("blur", links={"picture": "d.out"})}
    assert codes(nodes) == [("bypass", "d", "out")]


def test_a_muted_instance_is_not_checked_and_not_there() -> None:
    muted = {**node("draw"), "mode": "mute"}
    assert codes({"d": muted, "b": node("blur", links={"picture": "d.out"})}) == [
        ("missing-input", "b", "picture")
    ]

    nodes = {
        "ink": node("draw", text="a"),
        "d": muted,
        "b": node("blur", links={"picture": "ink.out", "mask": "d.out"}),
    }
    assert codes(nodes) == []
    assert codes({"d": muted}, outputs={"image": "d.out"}) == [("muted-source", "", "image")]


@pytest.mark.parametrize("name", ["a.b", "a/b", ""])
def test_an_instances_name_is_no_path(name: str) -> None:
    assert codes({name: NUMBER}) == [("bad-name", name, "")]


def test_params_of_a_newer_node_are_a_problem() -> None:
    assert only({"n": {"type": "t.renamed", "version": 4}}).code == "newer-node"


def test_the_nodes_of_these_tests_are_all_offered() -> None:
    assert len({node.id for node in NODES}) == len(NODES)


def chain(length: int) -> Graph:
    nodes = {f"n{i}": node("add", links={"a": f"n{i - 1}.out"} if i else {}, b=1) for i in range(length)}
    nodes["n0"]["params"]["a"] = 0
    return Graph.model_validate({"nodes": nodes, "outputs": {"x": f"n{length - 1}.out"}})


def test_a_chain_of_a_hundred_thousand_nodes_is_checked() -> None:
    assert check(chain(100_000), REGISTRY) == []


@pytest.mark.bench
def test_ten_thousand_nodes_are_checked_in_a_quarter_of_a_second() -> None:
    graph = chain(10_000)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        check(graph, REGISTRY)
        times.append(time.perf_counter() - begin)

    assert min(times) <= 0.25


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("Image", "an Image"),
        ("int", "an int"),
        ("Latent", "a Latent"),
        ("UNet", "a UNet"),
        ("Upscaler", "an Upscaler"),
    ],
)
def test_a_type_has_the_article_that_it_is_spoken_with(noun: str, said: str) -> None:
    assert an(noun) == said
