"""What enters a key, and what doesn't."""

from __future__ import annotations

from typing import Any

import pytest

from engine.declare.node import node as declare
from engine.declare.registry import Registry, pack_version
from engine.plan.keys import ingredients
from tests.plan.planning import REGISTRY, Named, key, keyer, node, planned, with_version

CHAIN = {"a": node("add", a=1, b=2), "b": node("add", {"a": "a.out"}, b=3)}


def test_equal_graphs_have_equal_keys() -> None:
    assert planned(CHAIN).keys == planned(CHAIN).keys


def test_a_param_enters_its_key_and_those_downstream() -> None:
    other = CHAIN | {"a": node("add", a=1, b=4)}
    assert key(planned(CHAIN), "a") != key(planned(other), "a")
    assert key(planned(CHAIN), "b") != key(planned(other), "b")


def test_nothing_downstream_enters_a_key() -> None:
    other = CHAIN | {"b": node("add", {"a": "a.out"}, b=4)}
    assert key(planned(CHAIN), "a") == key(planned(other), "a")


def test_names_of_instances_do_not_enter() -> None:
    other = {"x": CHAIN["a"], "y": node("add", {"a": "x.out"}, b=3)}
    assert key(planned(CHAIN), "b") == key(planned(other), "y")


def test_equal_instances_have_one_key() -> None:
    plan = planned({"a": node("add", a=1, b=2), "b": node("add", b=2, a=1)})
    assert key(plan, "a") == key(plan, "b")


def test_a_default_and_the_same_value_typed_in_give_one_key() -> None:
    picture = {"p": node("draw", text="x")}
    assert planned(picture).keys == planned({"p": node("draw", text="x", style="ink")}).keys


@pytest.mark.parametrize("value", [3, 3.0, "3"], ids=repr)
def test_a_value_enters_as_its_port_takes_it(value: Any) -> None:
    assert planned({"n": node("number", value=value)}).keys == planned({"n": node("number", value=3.0)}).keys


def test_a_default_enters_as_its_port_takes_it_and_so_the_function_gets_it() -> None:
    @declare("k.float")
    def number(x: float = 1) -> str:
        return str(x)

    registry = Registry({})
    registry.add([number])
    absent, typed = (
        planned({"n": {"type": "k.float", "params": params}}, key_by=keyer(registry))
        for params in ({}, {"x": 1})
    )
    assert absent.keys == typed.keys
    assert repr(absent.arguments[0]) == repr(typed.arguments[0]) == "{'x': 1.0}"


def test_which_port_a_link_ends_at_enters() -> None:
    one = {"n": node("number", value=1), "s": node("add", {"a": "n.out"}, b=2)}
    other = {"n": node("number", value=1), "s": node("add", {"b": "n.out"}, a=2)}
    assert key(planned(one), "s") != key(planned(other), "s")


def test_which_output_is_read_enters() -> None:
    def total(source: str) -> bytes | None:
        return key(planned({"s": node("split", x=1.5), "t": node("add", {"a": source}, b=0)}), "t")

    assert total("s.whole") != total("s.rest")


def test_the_order_of_links_into_a_variadic_port_enters() -> None:
    numbers = {"x": node("number", value=1), "y": node("number", value=2)}

    def total(*sources: str) -> bytes | None:
        return key(planned({**numbers, "t": node("total", {"values": list(sources)})}), "t")

    assert total("x.out", "y.out") != total("y.out", "x.out")


def test_the_order_of_params_and_links_in_the_file_does_not_enter() -> None:
    numbers = {"x": node("number", value=1), "y": node("number", value=2)}
    one = {**numbers, "s": node("add", {"a": "x.out", "b": "y.out"})}
    other = {**numbers, "s": node("add", {"b": "y.out", "a": "x.out"})}
    assert key(planned(one), "s") == key(planned(other), "s")


def test_the_order_of_instances_does_not_enter() -> None:
    assert key(planned(dict(reversed(CHAIN.items()))), "b") == key(planned(CHAIN), "b")


def test_titles_places_packs_and_models_do_not_enter() -> None:
    titled = {name: {**one, "title": f"The {name}"} for name, one in CHAIN.items()}
    plan = planned(titled, view={"a": {"at": [1, 2]}}, title="T", packs={"x": "1"}, models={"m": {}})
    assert plan.keys == planned(CHAIN).keys


def test_a_border_of_a_subgraph_does_not_enter() -> None:
    inner = {
        "inputs": {"x": {"to": ["b.a"]}},
        "nodes": {"b": node("add", b=3)},
        "outputs": {"y": "b.out"},
    }
    wrapped = planned({"a": CHAIN["a"], "sub": {"graph": inner, "links": {"x": "a.out"}}})
    assert key(wrapped, "sub/b") == key(planned(CHAIN), "b")


def test_the_nodes_id_and_version_enter() -> None:
    newer = planned(CHAIN, key_by=keyer(with_version(REGISTRY, "t.add", 2)))
    assert key(newer, "a") != key(planned(CHAIN), "a")
    assert planned({"n": node("add", a=1, b=1)}).keys != planned({"n": node("less", a=1, b=1)}).keys


def test_the_version_of_the_pack_enters(monkeypatch: pytest.MonkeyPatch) -> None:
    import nodes

    chain = {"n": {"type": "math.add", "params": {"a": 1, "b": 2}}}
    registry = Registry({nodes.pack.name: nodes.pack})
    before = planned(chain, key_by=keyer(registry)).keys
    pack_version.cache_clear()
    monkeypatch.setattr("engine.declare.registry.pack_version", lambda name: "9.9")
    assert planned(chain, key_by=keyer(registry)).keys != before


def test_the_environment_enters_only_where_tensors_pass() -> None:
    graph = {"n": node("number", value=1), "p": node("draw", text="x")}
    cpu, cuda = (planned(graph, key_by=keyer(environment=(device,))) for device in ("cpu", "cuda"))
    assert key(cpu, "n") == key(cuda, "n")
    assert key(cpu, "p") != key(cuda, "p")


def test_lifted_ports_enter() -> None:
    values = {"values": {"type": "t.draw", "params": {"text": ["a", "b"]}, "over": ["text"]}}
    plain = {"values": {"type": "t.draw", "params": {"text": "a"}}}
    assert planned(values).keys != planned(plain).keys


class TestFiles:
    """A file enters by its content, never by its name."""

    LOAD = {"load": node("load", file="a.st")}  # noqa: RUF012

    def test_the_same_bytes_under_another_name_have_one_key(self) -> None:
        files = Named({"a.st": "1234", "b.st": "1234"})
        other = planned({"load": node("load", file="b.st")}, files=files)
        assert planned(self.LOAD, files=files).keys == other.keys

    def test_other_bytes_under_the_same_name_have_another(self) -> None:
        one, other = (planned(self.LOAD, files=Named({"a.st": digest})) for digest in ("1234", "5678"))
        assert one.keys != other.keys

    def test_the_path_is_nowhere_in_what_is_hashed(self) -> None:
        payload = planned(self.LOAD, files=Named({"a.st": "1234"})).payloads[0]
        assert payload is not None
        assert b"a.st" not in payload
        assert ingredients(payload)["params"] == {"file": "1234"}

    def test_the_function_gets_the_path_and_the_digest(self) -> None:
        file = planned(self.LOAD, files=Named({"a.st": "1234"})).arguments[0]["file"]
        assert (str(file.path), file.digest) == ("a.st", "1234")

    def test_a_large_file_leaves_the_key_for_later(self) -> None:
        plan = planned(self.LOAD, files=Named({"a.st": "1234"}, large={"a.st"}))
        assert plan.keys == [None]
        assert plan.unhashed == {0: ("file",)}

    def test_files_of_a_lifted_instance_enter_by_content_too(self) -> None:
        lifted = {"load": {**node("load", file=["a.st", "b.st"]), "over": ["file"]}}
        plan = planned(lifted, files=Named({"a.st": "12", "b.st": "34"}, large={"b.st"}))
        assert plan.params[0] == {"file": ["12", "34"]}
        assert [str(file.path) for file in plan.arguments[0]["file"]] == ["a.st", "b.st"]


def test_ingredients_can_be_told_from_what_was_hashed() -> None:
    plan = planned(CHAIN)
    payload = plan.payloads[plan.number("b")]
    assert payload is not None
    told = ingredients(payload)
    assert (told["node"], told["version"], told["params"]) == ("t.add", 1, {"b": 3.0})
    assert told["links"] == {"a": [(key(plan, "a"), "out")]}
