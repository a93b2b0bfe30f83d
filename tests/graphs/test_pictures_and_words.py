from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Graph, Headless
from engine.run.report import Report
from engine.run.scheduler import Options
from engine.settings import Settings
from nodes.image.decode import read

GRAPHS = Path(__file__).parents[2] / "graphs"
MINE = [
    "choose_enlargement",
    "collage",
    "compare_enlargements",
    "contact_sheet",
    "hue_wheel",
    "upscale",
    "wildcard_prompts",
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headless]:
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path_factory.mktemp("home"))})
    with Headless(settings, base=GRAPHS) as headless:
        yield headless


def run(engine: Headless, name: str, **values: object) -> Report:
    report = engine.run(Graph.read(GRAPHS / f"{name}.json"), values)
    assert not report.failures
    return report


@pytest.mark.parametrize("name", MINE)
def test_a_shipped_graph_is_written_as_the_engine_writes_it(name: str) -> None:
    path = GRAPHS / f"{name}.json"

    assert path.read_bytes() == Graph.read(path).to_bytes()


@pytest.mark.parametrize("name", MINE)
def test_the_nodes_of_a_shipped_graph_leave_their_inputs_alone(name: str, engine: Headless) -> None:
    plan = engine.plan(Graph.read(GRAPHS / f"{name}.json"))
    everything = Options(forced=frozenset(range(len(plan.names))), check_purity=True)

    assert engine.local.run(plan, options=everything).failures == []


def test_upscale_enlarges_four_times(engine: Headless) -> None:
    assert run(engine, "upscale").outputs["image"].pixels.shape == (1, 256, 256, 3)


def test_upscale_is_a_hit_the_second_time(engine: Headless) -> None:
    run(engine, "upscale")

    assert run(engine, "upscale").counts["executed"] == 0


def test_choose_enlargement_runs_only_the_branch_that_is_chosen(engine: Headless) -> None:
    report = run(engine, "choose_enlargement", use_model=False)

    assert report.outputs["image"].pixels.shape == (1, 256, 256, 3)
    assert report.outcomes.keys().isdisjoint({"model", "upscale"})


def test_compare_enlargements_measures_how_alike_they_are(engine: Headless) -> None:
    outputs = run(engine, "compare_enlargements").outputs

    assert outputs["view"].pixels.shape == (1, 256, 512, 3)
    assert 0.8 < outputs["similarity"] < 1
    assert 0 < outputs["difference"] < 0.1


def test_contact_sheet_shows_every_picture_of_the_folder(engine: Headless) -> None:
    sheet = run(engine, "contact_sheet").outputs["sheet"].pixels

    pictures = len(list((GRAPHS / "pictures").glob("*.png")))
    rows = -(-pictures // 3)
    assert sheet.shape == (1, 8 + rows * (256 + 30 + 8), 8 + 3 * (256 + 8), 3)


def test_hue_wheel_turns_the_picture_back_to_itself(engine: Headless) -> None:
    sheet = run(engine, "hue_wheel", count=4).outputs["sheet"].pixels

    # -180, -90, 0 and 90 degrees in one row: the third is the picture enlarged twice
    third = sheet[:, 8:136, 8 + 2 * 136 : 8 + 2 * 136 + 128]
    frog = read(GRAPHS / "pictures" / "frog.png").pixels
    assert (third[:, 1::2, 1::2] - frog).abs().mean() < 0.03


def test_collage_keeps_the_size_of_the_ground(engine: Headless) -> None:
    assert run(engine, "collage").outputs["image"].pixels.shape == (1, 384, 384, 3)


def test_wildcard_prompts_draws_one_for_each_seed(engine: Headless) -> None:
    outputs = run(engine, "wildcard_prompts", count=5).outputs

    assert len(outputs["prompts"]) == 5
    assert outputs["text"].splitlines() == outputs["prompts"]
    assert not any(sign in outputs["text"] for sign in "{}|_")
