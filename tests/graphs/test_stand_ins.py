"""The shipped graphs whose models are not shipped: each runs on tiny random ones, and tells what it lacks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Graph, Headless
from engine.declare import codec
from engine.graph.check import check
from engine.run.report import Report
from engine.run.scheduler import Options
from engine.service.workspace import Workspace
from engine.settings import Settings
from tests.graphs.make_examples import GRAPHS
from tests.graphs.stand_ins import STAND_INS, build

TEMPLATES = sorted(path.stem for path in GRAPHS.glob("*.json"))


def started(home: Path) -> Headless:
    settings = Settings.load({"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
    return Headless(settings, base=GRAPHS)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headless]:
    """An engine on a home without models."""
    with started(tmp_path_factory.mktemp("bare")) as engine:
        yield engine


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has the stand-ins once they are built."""
    return tmp_path_factory.mktemp("home")


def bytes_of(report: Report) -> list[bytes]:
    return [codec.encode(value) for value in report.outputs.values()]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_graph_lacks_exactly_the_models_that_it_notes(name: str, bare: Headless) -> None:
    graph = bare.read(GRAPHS / f"{name}.json")
    problems = check(graph, bare.registry, bare.files.resolve, bare.reference)

    assert {problem.code for problem in problems} <= {"file-missing"}
    assert {problem.got for problem in problems} == graph.models.keys()
    assert graph.models.keys() == (STAND_INS[name].models.keys() if name in STAND_INS else set())


@pytest.mark.parametrize("name", STAND_INS)
def test_a_graph_notes_source_and_licence_of_its_models(name: str) -> None:
    notes = Graph.read(GRAPHS / f"{name}.json").models.values()

    assert all(isinstance(note, dict) and note["source"] and note["licence"] for note in notes)


@pytest.mark.parametrize("name", STAND_INS)
def test_a_graph_is_written_as_the_engine_writes_it(name: str) -> None:
    path = GRAPHS / f"{name}.json"

    assert path.read_bytes() == Graph.read(path).to_bytes()


@pytest.mark.parametrize("name", STAND_INS)
def test_a_graph_runs_on_its_stand_ins_leaves_inputs_alone_and_is_not_run_again(
    name: str, home: Path
) -> None:
    values = build(name, home)
    with started(home) as engine:
        graph = engine.read(GRAPHS / f"{name}.json")
        plan = engine.plan(graph, values)
        report = engine.local.run(plan, options=Options(check_purity=True))
        again = engine.run(graph, values)

    assert report.failures == []
    assert report.outputs.keys() == graph.outputs.keys()
    assert again.counts["executed"] == 0
    assert bytes_of(again) == bytes_of(report)


def test_the_list_of_templates_tells_which_models_are_missing(tmp_path: Path) -> None:
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path)})
    workspace = Workspace(tmp_path / "graphs", settings)
    needs = {one.name: set(one.needs) for one in workspace.templates()}
    assert needs == {name: {*STAND_INS[name].models} if name in STAND_INS else set() for name in TEMPLATES}

    build("stable_diffusion", tmp_path)
    assert {one.name: one.needs for one in workspace.templates()}["stable_diffusion"] == ()


@pytest.mark.parametrize("name", ["shap-e", "speecht5", "whisper"])
def test_the_example_of_a_family_runs_here_and_its_nodes_are_installed(name: str, bare: Headless) -> None:
    [listed] = [one for one in bare.registry.families() if one.name == name]

    assert listed.graph in STAND_INS
    assert [node for node in listed.nodes if bare.registry.find(node) is None] == []
