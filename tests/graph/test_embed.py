from pathlib import Path

import pytest

from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import File
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.embed import with_values, without_paths, without_refs


@node("test.read")
def read(file: File, label: str = "") -> str:
    """Read a file."""
    return label


REGISTRY = Registry({})
REGISTRY.add([read])
ROOT = Path("/data/pictures")


def graph_with(**params: object) -> Graph:
    return Graph(nodes={"one": Instance.model_validate({"type": "test.read", "params": params})})


def test_values_become_the_defaults_of_the_inputs() -> None:
    graph = Graph(inputs={"a": GraphInput(default=1), "b": GraphInput()})
    given = with_values(graph, {"b": 2})
    assert {name: one.default for name, one in given.inputs.items()} == {"a": 1, "b": 2}
    assert not given.inputs["b"].required


def test_the_graph_itself_stays_as_it_is() -> None:
    graph = Graph(inputs={"a": GraphInput()})
    with_values(graph, {"a": 1})
    assert graph.inputs["a"].required


def test_no_value_can_still_be_a_value() -> None:
    assert not with_values(Graph(inputs={"a": GraphInput()}), {"a": None}).inputs["a"].required


def test_references_are_replaced_by_what_they_name_at_every_depth() -> None:
    library = {
        "outer.json": Graph(nodes={"inner": Instance(ref="inner.json")}),
        "inner.json": graph_with(file="a.png"),
    }
    whole = without_refs(Graph(nodes={"it": Instance(ref="outer.json")}), library.__getitem__)
    outer = whole.nodes["it"].graph
    assert outer is not None
    inner = outer.nodes["inner"].graph
    assert inner == library["inner.json"]
    assert "ref" not in whole.to_bytes().decode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("/data/pictures/cats/a.png", "cats/a.png"),
        ("/somewhere/else/b.png", "b.png"),
        ("cats/a.png", "cats/a.png"),
    ],
)
def test_an_absolute_path_of_a_file_is_made_relative(typed: str, kept: str) -> None:
    graph = without_paths(graph_with(file=typed), REGISTRY, [(ROOT, "")])
    assert graph.nodes["one"].params["file"] == kept


def test_text_that_looks_like_a_path_is_let_be() -> None:
    graph = without_paths(graph_with(file="a.png", label="/data/pictures/a.png"), REGISTRY, [(ROOT, "")])
    assert graph.nodes["one"].params["label"] == "/data/pictures/a.png"


def test_paths_in_inputs_lists_and_subgraphs_are_found() -> None:
    inner = graph_with(file="/data/pictures/a.png")
    inner.inputs["file"] = GraphInput(to=["one.file"], default="/data/pictures/b.png")
    lifted = Instance(type="test.read", over=["file"], params={"file": ["/data/pictures/c.png"]})
    outer = Instance(graph=inner, params={"file": "/data/pictures/d.png"})
    graph = Graph(
        inputs={"file": GraphInput(to=["outer.file"], default="/data/pictures/e.png")},
        nodes={"outer": outer, "lifted": lifted},
    )
    text = without_paths(graph, REGISTRY, [(ROOT, "")]).to_bytes().decode()
    assert "/data" not in text
    assert all(f'"{name}.png"' in text for name in "abcde")
