"""The shipped graphs of moving pictures, and the film that they start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine import File, Graph, Headless
from engine.run.report import Report
from engine.run.scheduler import Options
from engine.settings import Settings
from nodes.values import Video
from nodes.video.files import load
from tests.nodes.image.listener import Listener

GRAPHS = Path(__file__).parents[2] / "graphs"
FILM = GRAPHS / "films" / "rocket.webm"
NAMES = ["moving_picture", "upscale_video"]
LARGEST = 200 * 2**10
"""Bytes of the films that are shipped, at most."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headless]:
    home = str(tmp_path_factory.mktemp("home"))
    settings = Settings.load({"KNOTWORK_HOME": home, "KNOTWORK_DEVICE": "cpu"})
    with Headless(settings, base=GRAPHS, cache=False) as headless:
        yield headless


def run(engine: Headless, name: str, **values: object) -> Report:
    plan = engine.plan(engine.read(GRAPHS / f"{name}.json"), values)
    report = engine.local.run(plan, options=Options(check_purity=True))
    assert report.failures == []
    return report


def shipped() -> Video:
    return load(File(FILM, "a"), Listener())


@pytest.mark.parametrize("name", NAMES)
def test_they_are_written_as_the_engine_writes_them(name: str) -> None:
    path = GRAPHS / f"{name}.json"
    assert path.read_bytes() == Graph.read(path).to_bytes()


def test_the_film_that_is_shipped_is_the_one_that_a_graph_draws(engine: Headless) -> None:
    drawn, film = run(engine, "moving_picture").outputs["video"], shipped()

    assert film.fps == drawn.fps == 12
    assert film.frames.shape == drawn.frames.shape == (1, 25, 128, 128, 3)
    assert (film.frames - drawn.frames).abs().mean() < 0.01  # VP8 at quality 90
    assert sum(path.stat().st_size for path in FILM.parent.iterdir()) <= LARGEST


def test_a_film_is_read_and_enlarged_four_times(engine: Headless) -> None:
    report = run(engine, "upscale_video", first=8, count=6)

    video, sheet = report.outputs["video"], report.outputs["frames"].pixels
    assert video.frames.shape == (1, 6, 512, 512, 3)
    assert video.fps == 12
    small = torch.nn.functional.avg_pool2d(video.frames[0].permute(0, 3, 1, 2), 4).permute(0, 2, 3, 1)
    assert (small - shipped().frames[0, 8:14]).abs().mean() < 0.02
    # rows of five frames with gaps of 8; the first frame is where the sheet begins
    assert sheet.shape == (1, 2 * 520 + 8, 5 * 520 + 8, 3)
    assert bool((sheet[0, 8:520, 8:520] == video.frames[0, 0]).all())
