"""Each shipped graph that gives a picture comes with one, made of the graph as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.executors.headless import Headless
from engine.service.pictures import opened
from engine.settings import Settings
from tests.graphs.make_examples import EXAMPLES, GRAPHS, SIDE, SLOW, TRAININGS, pictured
from tests.graphs.stand_ins import STAND_INS

TEMPLATES = sorted(path.stem for path in GRAPHS.glob("*.json"))
LARGEST = 3 * 2**20
"""Bytes that all of them may take."""
CURE = "Look at what changed, then make them again with: make examples"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headless]:
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path_factory.mktemp("home"))})
    with Headless(settings, base=GRAPHS) as headless:
        yield headless


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_examples_of_a_template_are_those_of_the_graph_as_it_is(name: str, engine: Headless) -> None:
    expected = sorted(one.file for one in pictured(engine, name))
    assert sorted(path.name for path in (EXAMPLES / name).glob("*")) == expected, CURE


def test_there_is_an_example_of_all_that_give_pictures_but_trainings_and_those_that_lack_models(
    engine: Headless,
) -> None:
    without = {name for name in TEMPLATES if not (EXAMPLES / name).is_dir()}
    assert without == {*TRAININGS, *STAND_INS, "wildcard_prompts"}
    assert {path.name for path in EXAMPLES.iterdir()} == {*TEMPLATES} - without
    assert {name for name, _ in SLOW} <= {*TEMPLATES}


def test_examples_are_small_pictures() -> None:
    files: list[Path] = sorted(EXAMPLES.glob("*/*"))
    assert sum(path.stat().st_size for path in files) <= LARGEST
    for path in files:
        assert path.read_bytes()[8:12] == b"WEBP"
        assert max(opened(path).size) <= SIDE
