"""The shipped models of digits, in the graphs that draw with them."""

from pathlib import Path
from typing import Any

import pytest
from diffusers.models.unets.unet_2d import UNet2DModel
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from engine import OnDevice
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.settings import BUILT_IN
from nodes.measure.digit_classifier import installed
from nodes.measure.digits import read_digits, recognised

MODELS = BUILT_IN / "nodes" / "models"
EACH = 5
"""Pictures of each digit."""


@pytest.mark.parametrize("name", ["digits_diffusion", "digits_flow"])
def test_the_digit_that_is_asked_for_is_recognised(name: str) -> None:
    graph = Graph.read(BUILT_IN / "graphs" / f"{name}.json")
    graph.outputs = {"drawn": "decode.out"}
    with Headless(base=BUILT_IN / "graphs", cache=False) as headless:
        report = headless.run(graph, {"batch": 10 * EACH, "steps": 10, "seed": 1})
    assert report.status == "done", report.failures

    handle = installed()
    classifier = OnDevice(handle, handle.load(lambda _: Path()))
    seen = read_digits(classifier, report.outputs["drawn"])
    assert recognised(seen.digits, [place // EACH for place in range(10 * EACH)]) >= 0.85


@pytest.mark.parametrize(
    ("name", "scheduler"),
    [("digits_ddpm", DDIMScheduler), ("digits_flow", FlowMatchEulerDiscreteScheduler)],
)
def test_diffusers_reads_its_folder(name: str, scheduler: type[Any]) -> None:
    unet: Any = UNet2DModel.from_pretrained(MODELS / name / "unet")

    assert unet.config.num_class_embeds == 11
    assert isinstance(scheduler.from_pretrained(MODELS / name / "scheduler"), scheduler)


@pytest.mark.parametrize("name", ["digits_ddpm", "digits_flow"])
def test_it_is_small(name: str) -> None:
    assert sum(path.stat().st_size for path in (MODELS / name).rglob("*") if path.is_file()) < 2_000_000
