"""The shipped graph for outpainting, with the tiny model in the place of the built-in one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Headless
from engine.run.scheduler import Options
from nodes.vae import decode
from nodes.values import Latent
from tests.nodes.diffusion.sampling import SIZE, Loaded, another_pipeline
from tests.nodes.diffusion.test_exactness import as_tensor, latents_of
from tests.nodes.diffusion.test_graphs import choose, ran, shipped, started

BORDER = SIZE // 4


@pytest.fixture(scope="module")
def engine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headless]:
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(folder, home / "models" / "tiny")
    with started(home) as engine:
        yield engine


def test_the_nodes_leave_their_inputs_alone(engine: Headless) -> None:
    plan = engine.plan(shipped(engine, "outpaint"), {"steps": 2}, ["joined.out"])

    assert engine.local.run(plan, options=Options(check_purity=True)).failures == []


def test_the_border_is_drawn_as_the_pipeline_for_inpainting_draws_it(
    engine: Headless, loaded: Loaded, pipeline: Any
) -> None:
    graph = shipped(engine, "outpaint")
    choice = choose(graph, "euler ancestral")
    sides = {"width": SIZE - 2 * BORDER, "height": SIZE, "left": BORDER, "right": BORDER}
    outputs = ran(engine, graph, "decode.out", "border.image", "border.mask", **sides)

    made = another_pipeline("StableDiffusionInpaintPipeline", pipeline)
    mask = (outputs["border.mask"].pixels[:, None] >= 0.5).float()
    pictures = {"image": as_tensor(outputs["border.image"]), "mask_image": mask}
    expected = latents_of(made, choice, strength=1.0, height=SIZE, width=SIZE, **pictures)
    assert torch.equal(outputs["decode.out"].pixels, decode(loaded.vae, Latent(expected[-1])).pixels)


def test_away_from_the_border_the_picture_stays_as_it_is(engine: Headless) -> None:
    outputs = ran(engine, shipped(engine, "outpaint"), "joined.out", "border.image", "border.mask", feather=4)

    before, after = (outputs[name].pixels for name in ("border.image", "joined.out"))
    mask = outputs["border.mask"].pixels
    assert torch.equal(before[mask == 0], after[mask == 0])
    assert (before != after)[mask > 0].any(-1).float().mean() > 0.9
