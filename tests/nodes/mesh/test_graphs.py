"""The shipped graphs of Shap-E through the engine: from a text or a picture to diffusers' own latent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from engine import Headless
from engine.graph.document import Graph
from engine.settings import Settings
from tests.graphs.make_examples import GRAPHS
from tests.graphs.stand_ins import build

STEPS, SEED = 3, 5


@pytest.mark.parametrize("name", ["shap_e", "shap_e_image"])
def test_a_graph_s_latent_is_the_pipeline_s(
    name: str, tmp_path: Path, text_pipeline: Any, image_pipeline: Any
) -> None:
    build(name, tmp_path)
    settings = Settings.load({"KNOTWORK_HOME": str(tmp_path), "KNOTWORK_DEVICE": "cpu"})
    with Headless(settings, base=GRAPHS, cache=False) as engine:
        graph = Graph.read(GRAPHS / f"{name}.json")
        report = engine.run(graph, {"steps": STEPS, "seed": SEED}, ["sampler/turns.latent"])
    assert report.failures == []

    if prompt := graph.inputs.get("prompt"):
        pipeline, given = text_pipeline, prompt.default
    else:
        pipeline, given = image_pipeline, Pillow.open(GRAPHS / "pictures" / "frog.png").convert("RGB")
    expected = pipeline(
        given,
        num_inference_steps=STEPS,
        guidance_scale=graph.inputs["guidance"].default,
        generator=torch.Generator().manual_seed(SEED),
        output_type="latent",
    ).images
    assert torch.equal(report.outputs["sampler/turns.latent"].samples, expected)
