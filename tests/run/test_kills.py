"""Processes share a home and are killed: what one said was done is done, and nothing else is believed."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from engine.graph.document import Graph
from tests.run.running import killed, opened, some, together

SIZE = 60


def tangle(chance: random.Random) -> Graph:
    """Instances that take some milliseconds, linked at random; one in eight has a large text on its way."""
    nodes: dict[str, Any] = {"n0": {"type": "work.grind", "params": {"number": chance.random()}}}
    for number in range(1, SIZE):
        names = [name for name in nodes if name.startswith("n")]
        one, other = (f"{some(chance, names)}.out" for _ in range(2))
        if number % 8 == 0:
            nodes[f"large{number}"] = {"type": "work.large", "links": {"number": one}}
            nodes[f"n{number}"] = {"type": "work.measure", "links": {"text": f"large{number}.out"}}
        else:
            nodes[f"n{number}"] = {"type": "work.grind", "links": {"number": one, "other": other}}
    return Graph.model_validate({"nodes": nodes, "outputs": {name: f"{name}.out" for name in nodes}})


def kill_and_go_on(folder: Path, chance: random.Random) -> bool:
    """Kill a run at some moment and run again; whether the first was still telling what it had done."""
    graph = tangle(chance)
    path = folder / "graph.json"
    graph.write(path)
    said = killed(folder / "home", path, {}, chance.randrange(len(graph.nodes)))
    done = {line.removeprefix("Done ") for line in said if line.startswith("Done ")}
    with opened(folder / "home") as engine:
        report = engine.run(graph)
    with opened(folder / "home", cache=False) as engine:
        undisturbed = engine.run(graph)

    assert report.status == undisturbed.status == "done"
    assert {name for name in done if report.outcomes[name] != "cached"} == set()
    assert report.digests == undisturbed.digests
    assert report.outputs == undisturbed.outputs
    return 0 < len(done) < len(graph.nodes)


def test_killed_at_any_moment_a_run_goes_on_from_what_was_reported_done(tmp_path: Path) -> None:
    chance = random.Random(1)
    assert any([kill_and_go_on(tmp_path, chance) for _ in range(3)])


def test_processes_that_share_a_home_end_with_the_same_digests(tmp_path: Path) -> None:
    graph = tangle(random.Random(3))
    graph.write(tmp_path / "graph.json")
    found = together(tmp_path / "home", tmp_path / "graph.json", count=3)
    with opened(tmp_path / "home") as engine:
        report = engine.run(graph)
    with opened(tmp_path / "home", cache=False) as engine:
        alone = engine.run(graph)

    assert found == [alone.digests] * 3
    assert (report.counts["executed"], report.outputs) == (0, alone.outputs)


@pytest.mark.soak
def test_killed_forty_times_runs_go_on_from_what_was_reported_done(tmp_path: Path) -> None:
    chance = random.Random(2)
    for _ in range(40):
        kill_and_go_on(tmp_path, chance)
