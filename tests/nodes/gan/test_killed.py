"""A training that is killed goes on to the same bytes."""

from pathlib import Path

from engine.graph.document import Graph
from engine.run.events import Event, Progress
from engine.settings import BUILT_IN
from tests.run.running import killed, opened

STEPS = 60
BEFORE_THE_KILL = 25
"""Lines that the first process tells before it is killed; it may be up to sixteen ahead."""


def test_a_killed_training_goes_on_from_its_last_checkpoint_to_the_same_bytes(tmp_path: Path) -> None:
    graph = Graph.read(BUILT_IN / "graphs" / "train_digits_gan.json")
    graph.nodes["train"].checkpoint = 5
    path = tmp_path / "graph.json"
    graph.write(path)
    values = {"steps": STEPS, "batch": 8, "width": 8}
    turns: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, Progress) and event.instance == "train":
            turns.append(event.done)

    said = killed(tmp_path / "home", path, values, BEFORE_THE_KILL)
    with opened(tmp_path / "home") as engine:
        report = engine.run(graph, values, listen=listen)
    with opened(tmp_path / "home", cache=False) as engine:
        undisturbed = engine.run(graph, values)

    assert "Progress train" in said
    assert "Done train" not in said
    assert min(turns) > 5
    assert report.status == "done"
    assert report.digests == undisturbed.digests
    assert {"generator_state", "discriminator_state"} <= report.digests.keys()
