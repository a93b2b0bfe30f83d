import subprocess
import sys

from engine.graph.document import Graph
from engine.graph.model import Model


def model() -> Model:
    links = {"b": "a.out", "c": "b.out", "d": "b.out"}
    nodes = {name: {"links": {"x": links[name]} if name in links else {}} for name in "abcd"}
    return Model(Graph.model_validate({"nodes": nodes}))


def test_what_depends_on_what() -> None:
    assert model().descendants("b") == {"c", "d"}
    assert model().ancestors("c") == {"a", "b"}
    assert model().reaches("a", "d")
    assert not model().reaches("c", "d")


def test_a_link_backward_closes_a_cycle() -> None:
    assert model().closes_cycle("c", "a")
    assert model().closes_cycle("a", "a")
    assert not model().closes_cycle("a", "d")


def test_it_follows_edits() -> None:
    edited = model()
    edited.unlink("a", "b")
    edited.link("d", "c")

    assert not edited.closes_cycle("b", "a")
    assert edited.closes_cycle("c", "d")


def test_a_loops_start_value_is_a_link() -> None:
    nodes = {"a": {}, "loop": {"type": "flow.loop", "carry": {"x": {"link": "a.out"}}}}

    assert Model(Graph.model_validate({"nodes": nodes})).reaches("a", "loop")


def test_reading_and_checking_a_graph_does_not_load_networkx_or_torch() -> None:
    code = (
        "import sys, engine.graph.check, engine.graph.operations, engine.graph.merge, engine.graph.model, "
        "engine.graph.migrate; print(sorted({'networkx', 'torch', 'PIL'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert shown.strip() == "[]"
