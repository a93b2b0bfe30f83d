import pytest

from engine.cli.sweep import points
from engine.cli.terminal import Unreadable
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.errors import GraphError
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.settable import Settable
from engine.graph.sweep import SweepRefused


@node("test.take")
def take(prompt: str = "", seed: int = 0, scale: float = 1.0) -> str:
    """Take one of each."""
    return prompt


REGISTRY = Registry({})
REGISTRY.add([take])
GRAPH = Graph(
    inputs={name: GraphInput(to=[f"one.{name}"]) for name in take.inputs},
    nodes={"one": Instance(type="test.take"), "other": Instance(type="test.take")},
)


def swept(*words: str) -> list[dict[str, object]]:
    return points(words, Settable(GRAPH, REGISTRY))


def values(word: str) -> list[object]:
    return [value for point in swept(word) for value in point.values()]


def test_without_a_sweep_there_is_one_run() -> None:
    assert swept() == [{}]


def test_a_range_holds_both_ends() -> None:
    assert values("seed=3..6") == [3, 4, 5, 6]


def test_a_range_may_go_down() -> None:
    assert values("seed=2..0") == [2, 1, 0]


def test_a_range_may_have_a_step() -> None:
    assert values("seed=0..10..4") == [0, 4, 8]


def test_a_range_of_floats_is_exact() -> None:
    assert values("scale=0.1..0.4..0.1") == [0.1, 0.2, 0.3, 0.4]


def test_a_list_is_separated_by_commas() -> None:
    assert values("seed=1, 5,9") == [1, 5, 9]


def test_quotes_keep_a_comma() -> None:
    assert values('prompt="a car, red",a boat') == ["a car, red", "a boat"]


def test_a_list_may_be_json() -> None:
    assert values('prompt=["a car, red", "a boat"]') == ["a car, red", "a boat"]


def test_text_with_dots_is_no_range() -> None:
    assert values("prompt=1..3") == ["1..3"]


def test_several_sweeps_multiply_and_the_last_varies_fastest() -> None:
    assert swept("seed=1..2", "prompt=x,y") == [
        {"seed": 1, "prompt": "x"},
        {"seed": 1, "prompt": "y"},
        {"seed": 2, "prompt": "x"},
        {"seed": 2, "prompt": "y"},
    ]


@pytest.mark.parametrize("word", ["seed=1..5..0", "seed=1..5..-1", "seed=5..1..1"])
def test_a_step_that_never_arrives_is_refused(word: str) -> None:
    with pytest.raises(Unreadable, match="expected a step that leads"):
        swept(word)


def test_one_input_is_swept_once() -> None:
    with pytest.raises(Unreadable, match="expected one sweep of a place"):
        swept("seed=1,2", "seed=3")


@pytest.mark.parametrize(
    ("words", "error"),
    [(["seed=1..1000000000"], Unreadable), (["seed=1..200", "scale=1..200"], SweepRefused)],
)
def test_more_runs_than_anyone_means_are_refused(words: list[str], error: type[Exception]) -> None:
    with pytest.raises(error, match="at most 10000 runs"):
        swept(*words)


def test_a_sweep_without_a_value_is_refused() -> None:
    with pytest.raises(SweepRefused, match="sweep seed: expected values, got none"):
        swept("seed=")


def test_a_param_of_a_node_is_swept_by_its_place() -> None:
    assert swept("other.seed=1..2") == [{"other.seed": 1}, {"other.seed": 2}]


def test_a_refused_value_of_a_param_names_its_place() -> None:
    with pytest.raises(GraphError, match=r"other\.seed: expected int"):
        swept("other.seed=x")


@pytest.mark.parametrize("word", ["seed=1,x", "seed=0.5..2.5", 'seed=[1, "x"]'])
def test_a_value_that_its_port_refuses_is_a_problem(word: str) -> None:
    with pytest.raises(GraphError, match="seed: expected int"):
        swept(word)


@pytest.mark.parametrize("word", ["prompt=[", "prompt=[]"])
def test_a_broken_or_empty_list_is_refused(word: str) -> None:
    with pytest.raises(Unreadable, match="expected"):
        swept(word)
