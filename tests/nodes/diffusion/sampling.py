"""The shipped graphs' sampler as a Python loop over the nodes, keeping the latent of every turn.

Somebody watches all of it, so that what is compared with diffusers is a run whose every turn was drawn.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import diffusers
import torch

from engine import Folder, OnDevice, Rng
from engine.run.context import RunContext, Token
from engine.run.events import Lossy, Preview
from engine.service.previews import draw
from nodes.checkpoints import load
from nodes.diffusion.encode import encode
from nodes.diffusion.guidance import guidance
from nodes.diffusion.latent import composite, noise
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import Run, add_noise, scheduler, scheduler_step, start
from nodes.vae import encode as encode_picture
from nodes.values import (
    VAE,
    Conditioning,
    Denoiser,
    Image,
    Latent,
    Mask,
    SchedulerConfig,
    SchedulerState,
    TextEncoder,
)


def drawn(event: Lossy) -> None:
    """Draw what is shown, as for somebody who watches."""
    assert not isinstance(event, Preview) or draw(event.value, 64)


WATCHED = RunContext("turns", "cpu", Token(), drawn)
PROMPT, NEGATIVE, SIZE, SEED, GUIDANCE = "a red apple", "blue", 64, 3, 5.0


@dataclass(frozen=True)
class Loaded:
    denoiser: OnDevice[Denoiser[Any]]
    vae: OnDevice[VAE[Any]]
    text_encoder: OnDevice[TextEncoder[Any]]
    scheduler: SchedulerConfig


def loaded_from(folder: Path, dtype: load.Dtype = "float32") -> Loaded:
    """The parts of a model, as a run hands them to nodes."""

    def resident(handle: Any) -> Any:
        return OnDevice(handle, handle.load(lambda _: folder))

    parts = load.from_folder(Folder(folder, folder.name), dtype)
    return Loaded(
        resident(parts.denoiser), resident(parts.vae), resident(parts.text_encoder), parts.scheduler
    )


@dataclass(frozen=True)
class Choice:
    """A scheduler, its options as ``diffusion.scheduler`` and as the diffusers class take them."""

    name: str
    ports: dict[str, Any]
    arguments: dict[str, Any]

    def run(self, model: SchedulerConfig, steps: int, strength: float | None = None) -> Run:
        return scheduler(model, self.name, steps, strength, **self.ports)  # pyright: ignore[reportArgumentType]

    def put_into(self, pipeline: Any) -> None:
        """Change a pipeline's scheduler as diffusers' users do: another class on the model's own config."""
        cls: Any = getattr(diffusers.schedulers, self.name)
        pipeline.scheduler = cls.from_config(pipeline.trained_with, **self.arguments)


class Turn(NamedTuple):
    latent: Latent[Any]
    state: SchedulerState
    rng: Rng


def texts(loaded: Loaded) -> tuple[Conditioning[Any], Conditioning[Any]]:
    return encode(loaded.text_encoder, PROMPT), encode(loaded.text_encoder, NEGATIVE)


def turn(
    loaded: Loaded,
    run: Run,
    before: Turn,
    scale: float,
    rescale: float = 0.0,
    extra: Latent[Any] | None = None,
) -> Turn:
    positive, negative = texts(loaded)
    predicted = predict(
        loaded.denoiser, run.scheduler, before.state, before.latent, WATCHED, positive, negative, scale, extra
    )
    guided = guidance(predicted, scale, rescale)
    return Turn(*scheduler_step(run.scheduler, before.state, guided, before.latent, before.rng, WATCHED))


def text_to_image(loaded: Loaded, run: Run, scale: float = GUIDANCE, rescale: float = 0.0) -> list[Turn]:
    drawn = noise(loaded.vae.handle, SIZE, SIZE, seed=SEED)
    turns = [Turn(start(run.scheduler, drawn.latent), run.state, drawn.rng)]
    for _ in range(run.turns):
        turns.append(turn(loaded, run, turns[-1], scale, rescale))
    return turns[1:]


def image_to_image(loaded: Loaded, run: Run, picture: Image, scale: float = GUIDANCE) -> list[Turn]:
    encoded = encode_picture(loaded.vae, picture, seed=SEED)
    drawn = noise(loaded.vae.handle, SIZE, SIZE, rng=encoded.rng)
    turns = [Turn(start(run.scheduler, drawn.latent, encoded.latent), run.state, drawn.rng)]
    for _ in range(run.turns):
        turns.append(turn(loaded, run, turns[-1], scale))
    return turns[1:]


def inpaint(loaded: Loaded, run: Run, picture: Image, mask: Mask, scale: float = GUIDANCE) -> list[Turn]:
    encoded = encode_picture(loaded.vae, picture, seed=SEED)
    drawn = noise(loaded.vae.handle, SIZE, SIZE, rng=encoded.rng)
    # The pipeline encodes the masked picture too, and for this kind of model only its draw has an effect
    unused = noise(loaded.vae.handle, SIZE, SIZE, rng=drawn.rng)
    begin = start(run.scheduler, drawn.latent, encoded.latent, forget=True)
    turns = [Turn(begin, run.state, unused.rng)]
    for _ in range(run.turns):
        stepped = turn(loaded, run, turns[-1], scale)
        outside = add_noise(run.scheduler, stepped.state, encoded.latent, drawn.latent)
        turns.append(stepped._replace(latent=composite(outside, stepped.latent, mask)))
    return turns[1:]


def picture() -> Image:
    return Image(torch.rand((1, SIZE, SIZE, 3), generator=torch.Generator().manual_seed(1)))


def mask() -> Mask:
    """The right half."""
    pixels = torch.zeros((1, SIZE, SIZE))
    pixels[:, :, SIZE // 2 :] = 1
    return Mask(pixels)


def pipeline_of(folder: Path, dtype: str = "float32") -> Any:
    """The oracle: diffusers' own pipeline of a folder."""
    classes: Any = diffusers
    made = classes.StableDiffusionPipeline.from_pretrained(folder, dtype=getattr(torch, dtype))
    made.trained_with = made.scheduler.config
    made.set_progress_bar_config(disable=True)
    return made


def another_pipeline(name: str, pipeline: Any) -> Any:
    """A pipeline of another kind with the same parts."""
    made = getattr(diffusers, name)(**pipeline.components, requires_safety_checker=False)
    made.trained_with = pipeline.trained_with
    made.set_progress_bar_config(disable=True)
    return made
