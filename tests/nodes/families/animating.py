"""AnimateDiff's nodes and diffusers' pipelines for it, side by side."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import torch

from engine import Context, File, Folder, OnDevice
from nodes.checkpoints.motion_adapter import from_folder
from nodes.diffusion.scheduler import scheduler, start
from nodes.values import Conditioning
from nodes.video.animate import animate
from nodes.video.latent import video_noise
from tests.nodes.diffusion.sampling import WATCHED, Loaded, Turn, loaded_from
from tests.nodes.families import filming, parity
from tests.nodes.families.parity import SCALE, SEED

SIZE, FRAMES = 32, 4
PIXELS: dict[str, Any] = {"height": SIZE, "width": SIZE, "num_frames": FRAMES}
LINEAR = {"beta_schedule": "linear", "timestep_spacing": "linspace"}


def animated(
    folders: dict[str, Path], *patches: Callable[[Any], Any], files: tuple[File, ...] = ()
) -> Loaded:
    """The model with its motion adapter.

    Args:
        folders: ``model`` and ``motion``.
        patches: What is done to the denoiser's handle.
        files: That the patches come from.
    """
    loaded = loaded_from(folders["model"])
    adapter = from_folder(Folder(folders["motion"], folders["motion"].name))
    places = {loaded.denoiser.handle.source: folders["model"], adapter.source: folders["motion"]}
    places |= {file.digest: file.path for file in files}
    handle = animate(loaded.denoiser.handle, adapter)
    for patch in patches:
        handle = patch(handle)
    return replace(loaded, denoiser=OnDevice(handle, handle.load(places.__getitem__)))


def pipeline_of(folders: dict[str, Path], name: str = "AnimateDiffPipeline", **parts: Any) -> Any:
    """The oracle."""
    adapter = diffusers.models.unets.unet_motion_model.MotionAdapter.from_pretrained(folders["motion"])
    made = parity.pipeline_of(folders["model"], name, motion_adapter=adapter, **parts)
    ddim: Any = diffusers.schedulers.scheduling_ddim.DDIMScheduler
    made.scheduler = ddim.from_config(made.scheduler.config, **LINEAR)
    return made


def filmed(
    loaded: Loaded,
    positive: Conditioning[Any] | None = None,
    negative: Conditioning[Any] | None = None,
    context: Context = WATCHED,
) -> list[Turn]:
    """The latent of every turn, told by two texts alone where no conditionings are given."""
    drawn = video_noise(loaded.vae.handle, SIZE, SIZE, FRAMES, seed=SEED)
    run = scheduler(loaded.scheduler, "DDIMScheduler", filming.STEPS, options=json.dumps(LINEAR))
    first = Turn(start(run.scheduler, drawn.latent), run.state, drawn.rng)
    texts = parity.texts(loaded) if positive is None else (positive, negative)
    return parity.turns(loaded, run, first, *texts, SCALE, context=context)


def expected_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    """The pipeline's latents after each of its turns."""
    return filming.latents_of(pipeline, size=SIZE, frames=FRAMES, **arguments)
