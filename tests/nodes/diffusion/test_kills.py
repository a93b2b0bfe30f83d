"""A process is killed while it draws: the next one goes on from a checkpoint and draws the same bytes."""

import random
import shutil
from pathlib import Path

import pytest

from engine.declare import codec
from engine.graph.document import Graph
from engine.run.events import Event, Progress
from tests.nodes.diffusion.test_exactness import CHOICES
from tests.nodes.diffusion.test_graphs import VALUES, choose, sampler_loop, shipped
from tests.run.running import killed, opened

pytestmark = pytest.mark.soak
STEPS, EVERY = 50, 5
LOOP = "sampler/turns"


def drawing(home: Path, name: str) -> Graph:
    """Text to image in 50 steps, with a checkpoint every five."""
    with opened(home) as engine:
        graph = shipped(engine, "text_to_image")
    choose(graph, name)
    sampler_loop(graph)[1].checkpoint = EVERY
    graph.outputs = {"small": graph.outputs["small"]}
    return graph


@pytest.mark.parametrize("name", ["ddim", "euler ancestral", "dpm++ 2m", "unipc", "dpm++ 2m sde"])
def test_killed_at_any_step_a_picture_gets_the_same_bytes(name: str, folder: Path, tmp_path: Path) -> None:
    chance, home = random.Random(list(CHOICES).index(name)), tmp_path / "home"
    shutil.copytree(folder, home / "models" / "tiny")
    graph = drawing(home, name)
    graph.write(tmp_path / "graph.json")
    for seed in range(2):
        values = VALUES | {"steps": STEPS, "seed": seed}
        said = killed(home, tmp_path / "graph.json", values, chance.randrange(8, 55))
        turns: list[float] = []

        def listen(event: Event, turns: list[float] = turns) -> None:
            if isinstance(event, Progress) and event.instance == LOOP:
                turns.append(event.done)

        with opened(home) as engine:
            report = engine.run(graph, values, listen=listen)
        with opened(home, cache=False) as engine:
            undisturbed = engine.run(graph, values)

        assert report.failures == undisturbed.failures == []
        done = {line.removeprefix("Done ") for line in said if line.startswith("Done ")}
        assert {name for name in done if report.outcomes.get(name) == "executed"} == set()
        # The last checkpoint but one is durable: the process said what came after it while it was read
        turned = said.count(f"Progress {LOOP}")
        assert len(turns) <= STEPS - (turned // EVERY - 1) * EVERY or turned < 2 * EVERY
        assert report.digests == undisturbed.digests
        assert codec.encode(report.outputs["small"]) == codec.encode(undisturbed.outputs["small"])
