"""Text to image through the graph beside diffusers' own pipeline, on the built-in model."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.scheduler import Options
from engine.settings import BUILT_IN, Settings
from tests.bench.measure import Cost, compared, interleaved, said, show, started

pytestmark = pytest.mark.bench
PROMPT, STEPS, GUIDANCE, ROUNDS = "a red apple", 25, 3.0, 15
SLOWER, LARGER = 0.02, 0.05


class Drawn:
    """The shipped graph up to its small picture, run whole each time."""

    def __init__(self, home: Path) -> None:
        settings = Settings.load(os.environ | {"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
        self.engine = Headless(settings, base=BUILT_IN / "graphs")
        self.graph = Graph.read(BUILT_IN / "graphs" / "text_to_image.json")

    def __call__(self, seed: int) -> Any:
        values = {"prompt": PROMPT, "seed": seed, "steps": STEPS, "guidance": GUIDANCE}
        plan = self.engine.plan(self.graph, values, ["small"])
        everything = Options(forced=frozenset(range(len(plan.names))))
        report = self.engine.local.run(plan, None, everything)
        assert report.failures == []
        return report.outputs["small"].pixels


class Piped:
    """Diffusers' pipeline on the same folder."""

    def __init__(self) -> None:
        import diffusers

        classes: Any = diffusers
        self.pipeline = classes.StableDiffusionPipeline.from_pretrained(
            BUILT_IN / "nodes" / "models" / "emoji"
        )
        self.pipeline.set_progress_bar_config(disable=True)

    def __call__(self, seed: int) -> Any:
        import torch

        generator = torch.Generator().manual_seed(seed)
        return torch.from_numpy(
            self.pipeline(
                PROMPT,
                num_inference_steps=STEPS,
                guidance_scale=GUIDANCE,
                generator=generator,
                output_type="np",
            ).images
        )


def test_the_graph_takes_as_long_as_the_pipeline(tmp_path: Path) -> None:
    *lines, more = said(__name__, f"drawn_and_piped(Path({str(tmp_path)!r}))")
    print(*lines, sep="\n")
    assert float(more) <= SLOWER


def drawn_and_piped(home: Path) -> float:
    """By which part of the pipeline's time the graph takes longer."""
    import torch

    drawn, piped = Drawn(home), Piped()
    assert torch.equal(drawn(0), piped(0))  # and now both are warm
    more = compared(f"{STEPS} steps", drawn, ("pipeline", piped), ROUNDS, SLOWER)
    drawn.engine.close()
    return more


def test_the_graph_takes_as_much_memory_as_the_pipeline(tmp_path: Path) -> None:
    lines = {"graph": f"Drawn(Path({str(tmp_path)!r}))(0)", "pipeline": "Piped()(0)"}
    found = interleaved({name: partial(process, line) for name, line in lines.items()}, 3)
    more = found["graph"].middle.memory / found["pipeline"].middle.memory - 1
    show("A process", found, f"The graph's takes {more:+.1%} memory, at most {LARGER:.0%} more.")
    assert more <= LARGER


def process(line: str) -> Cost:
    """What a process costs that draws one picture."""
    module = "tests.bench.test_text_to_image"
    program = f"from pathlib import Path; from {module} import Drawn, Piped; {line}"
    return started([sys.executable, "-c", program], BUILT_IN)[0]
