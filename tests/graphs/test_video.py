"""The shipped graph of a moving picture."""

from pathlib import Path

import pytest

from engine import File, Graph, Headless
from engine.run.scheduler import Options
from engine.settings import Settings
from nodes.video.files import load
from tests.nodes.image.listener import Listener

GRAPH = Path(__file__).parents[2] / "graphs" / "upscale_video.json"


def test_it_is_written_as_the_engine_writes_it() -> None:
    assert GRAPH.read_bytes() == Graph.read(GRAPH).to_bytes()


def test_a_film_is_drawn_and_enlarged_four_times_and_read_again(tmp_path: Path) -> None:
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path), "KNOTWORK_DEVICE": "cpu"})
    with Headless(settings, base=GRAPH.parent, cache=False) as engine:
        report = engine.local.run(engine.plan(engine.read(GRAPH)), options=Options(check_purity=True))

    assert report.failures == []
    video, sheet = report.outputs["video"], report.outputs["frames"].pixels
    assert video.frames.shape == (1, 12, 512, 512, 3)
    assert video.fps == 12
    # three rows of four frames with gaps of 8; the first frame is where the sheet begins
    assert sheet.shape == (1, 3 * 520 + 8, 4 * 520 + 8, 3)
    assert bool((sheet[0, 8:520, 8:520] == video.frames[0, 0]).all())
    (tmp_path / "film.webm").write_bytes(video.encode({})[0])
    again = load(File(tmp_path / "film.webm", "a"), Listener())
    assert again.fps == 12
    assert (again.frames - video.frames).abs().mean() == pytest.approx(0, abs=0.01)
