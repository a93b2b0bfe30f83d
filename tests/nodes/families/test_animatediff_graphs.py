"""The shipped graphs that lead AnimateDiff by pictures give the films of diffusers' pipelines."""

from pathlib import Path
from typing import Any

import torch

from engine import Headless
from engine.run.report import Report
from engine.settings import Settings
from tests.graphs.make_examples import GRAPHS
from tests.graphs.stand_ins import build
from tests.nodes.families import filming
from tests.nodes.families.animating import FRAMES, SIZE, expected_of, pipeline_of
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, control_network

STRENGTH = 0.8
VALUES: dict[str, Any] = {
    "frames": FRAMES,
    "width": SIZE,
    "height": SIZE,
    "steps": filming.STEPS,
    "prompt": PROMPT,
    "negative": NEGATIVE,
    "guidance": SCALE,
    "strength": STRENGTH,
    "seed": SEED,
}


def run(name: str, home: Path, more: dict[str, str], **values: Any) -> Report:
    """What a graph gives, with more of its outputs."""
    build(name, home)
    settings = Settings.load({"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})
    with Headless(settings, base=GRAPHS, cache=False) as engine:
        graph = engine.read(GRAPHS / f"{name}.json")
        graph.outputs |= more
        report = engine.run(graph, VALUES | values)
    assert report.failures == []
    return report


def pipeline_in(home: Path, name: str, network: str) -> Any:
    """The oracle, of the models in a home."""
    models = home / "models"
    motion = models / "animatediff-motion-adapter-v1-5-3"
    folders = {"model": models / "stable-diffusion-v1-5", "motion": motion}
    return pipeline_of(folders, name, controlnet=control_network(models / network).model)


def as_frames(pixels: torch.Tensor) -> list[torch.Tensor]:
    """Pictures [N, H, W, C] as the pipelines take them one by one."""
    return [one.permute(2, 0, 1).contiguous() for one in pixels]


def test_along_the_edges_of_a_film(tmp_path: Path) -> None:
    found = run("animatediff_controlnet", tmp_path, {"latent": "sampler.latent"}).outputs
    edges = found["edges"].frames[0]
    pipeline = pipeline_in(tmp_path, "AnimateDiffControlNetPipeline", "control_v11p_sd15_canny")
    given = {"conditioning_frames": as_frames(edges), "controlnet_conditioning_scale": STRENGTH}

    assert 0 < edges.mean() < 0.5
    assert torch.equal(found["latent"].samples, expected_of(pipeline, **given)[-1])


def test_between_two_pictures(tmp_path: Path) -> None:
    """The pipeline draws its samples of the VAE from the process's own generator, and so all else here.

    It takes a tensor's channels for pictures where it counts them, so that is left out.
    """
    more = {"latent": "sampler.latent", "pictures": "batch.out"}
    found = run("animatediff_keyframes", tmp_path, more, at="0, 3").outputs
    first, last = as_frames(found["pictures"].pixels)
    pipeline = pipeline_in(tmp_path, "AnimateDiffSparseControlNetPipeline", "animatediff-sparsectrl-rgb")
    pipeline.check_image = lambda *_: None
    given = {"conditioning_frames": [first, last], "controlnet_conditioning_scale": STRENGTH}
    given |= {"controlnet_frame_indices": [0, 3], "generator": torch.manual_seed(SEED)}

    assert not torch.equal(first, last)
    assert torch.equal(found["latent"].samples, expected_of(pipeline, **given)[-1])
