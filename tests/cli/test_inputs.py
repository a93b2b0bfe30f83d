from typing import Any, Literal

import pytest

from engine.cli.inputs import assign
from engine.cli.terminal import Unreadable
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import File, Seed, Within
from engine.errors import GraphError
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.settable import Settable


@node("test.take")
def take(
    text: str = "",
    count: int = 0,
    scale: float = 1.0,
    flag: bool = False,
    mode: Literal["a", "b"] = "a",
    names: list[str] = [],  # noqa: B006  # a declaration, never changed
    maybe: int | None = None,
    seed: Seed = 0,
    file: File | None = None,
) -> str:
    """Take one of each."""
    return text


REGISTRY = Registry({})
REGISTRY.add([take])
GRAPH = Graph(
    inputs={"free": GraphInput(), **{name: GraphInput(to=[f"it.{name}"]) for name in take.inputs}},
    nodes={"it": Instance(type="test.take")},
)
PLACES = Settable(GRAPH, REGISTRY)


def value(word: str) -> Any:
    [result] = assign([word], PLACES).values()
    return result


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("text=42", "42"),
        ("text=a = b", "a = b"),
        ("text=", ""),
        ('text="quoted"', '"quoted"'),
        ("mode=b", "b"),
        ("count=42", 42),
        ("scale=7.5", 7.5),
        ("scale=7", 7),
        ("flag=true", True),
        ('names=["a", "b"]', ["a", "b"]),
        ("maybe=null", None),
    ],
)
def test_a_value_is_read_by_the_type_of_its_port(word: str, expected: object) -> None:
    assert value(word) == expected


@pytest.mark.parametrize("word", ["count=many", "count=1.5", "mode=c", "flag=perhaps", "names=a", "seed=-1"])
def test_a_value_that_its_port_refuses_is_a_problem(word: str) -> None:
    with pytest.raises(GraphError) as caught:
        value(word)
    [problem] = caught.value.problems
    assert (problem.code, problem.port) == ("bad-value", word.partition("=")[0])


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(GraphError) as caught:
        value("scal=2")
    [problem] = caught.value.problems
    assert problem.code == "unknown-input"
    assert problem.cure.startswith('Did you mean "scale"?')


@pytest.mark.parametrize("word", ["scale", "=3", ""])
def test_a_word_without_a_name_or_an_equals_sign_is_refused(word: str) -> None:
    with pytest.raises(Unreadable, match="expected NAME=VALUE"):
        value(word)


def test_the_last_of_two_values_counts() -> None:
    assert assign(["count=1", "count=2"], PLACES) == {"count": 2}


def test_a_file_is_meant_as_seen_from_the_current_folder(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cat.png").touch()
    assert value("file=cat.png") == str(tmp_path / "cat.png")


def test_a_file_that_is_not_in_the_current_folder_is_left_to_the_configured_ones() -> None:
    assert value("file=elsewhere/cat.png") == "elsewhere/cat.png"


def test_an_input_that_feeds_nothing_takes_json_or_else_text() -> None:
    assert assign(["free=[1]"], PLACES) == {"free": [1]}
    assert assign(["free=word"], PLACES) == {"free": "word"}


def test_a_file_port_declares_where_it_may_lie() -> None:
    assert take.inputs["file"].within == Within()
