"""The shipped sampler as a Python loop over the nodes, beside diffusers' pipelines: equal at every step."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import diffusers
import torch

from engine import Context, OnDevice
from engine.run.context import RunContext
from nodes.diffusion.encode import encode
from nodes.diffusion.guidance import guidance
from nodes.diffusion.latent import noise
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import scheduler, scheduler_step, start
from nodes.values import Conditioning, Image, Latent, Mask
from tests.nodes.diffusion.sampling import WATCHED, Loaded, Turn

SIZE, SEED, STEPS, SCALE = 64, 3, 4, 5.0
PROMPT, NEGATIVE = "a red apple", "blue"


def pipeline_of(folder: Path, name: str = "", **arguments: Any) -> Any:
    """The oracle: diffusers' own pipeline of a folder, of the class that its index names or of another.

    It is in eval mode, as everything that ``from_pretrained`` loads.
    """
    classes: Any = diffusers
    made = getattr(classes, name or "DiffusionPipeline").from_pretrained(folder, **arguments)
    made.set_progress_bar_config(disable=True)
    return made


def latents_of(pipeline: Any, **arguments: Any) -> list[torch.Tensor]:
    """The pipeline's latents after each of its turns."""
    kept: list[torch.Tensor] = []

    def keep(_: Any, __: int, ___: Any, values: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        kept.append(values["latents"])
        return {}

    given: dict[str, Any] = {
        "num_inference_steps": STEPS,
        "generator": torch.Generator().manual_seed(SEED),
        "output_type": "latent",
        "callback_on_step_end": keep,
    }
    pipeline(**given | arguments)
    return kept


def sample(
    loaded: Loaded,
    positive: Conditioning[Any] | None,
    negative: Conditioning[Any] | None = None,
    *,
    scale: float = SCALE,
    begin: Latent[Any] | None = None,
    size: tuple[int, int] = (SIZE, SIZE),
    ports: Mapping[str, Any] | None = None,
    extra: Latent[Any] | None = None,
    context: Context = WATCHED,
) -> list[Turn]:
    """The latent of every turn, from noise.

    Args:
        loaded: The model.
        positive: What to draw.
        negative: What to stay away from.
        scale: Guidance.
        begin: Noise; None to draw it.
        size: Width and height in pixels.
        ports: More ports of ``diffusion.scheduler``.
        extra: More channels of the denoiser.
        context: Where control networks are loaded.
    """
    drawn = noise(loaded.vae.handle, *size, seed=SEED)
    run = scheduler(loaded.scheduler, steps=STEPS, latent=drawn.latent, **(ports or {}))
    turns = [Turn(start(run.scheduler, begin or drawn.latent), run.state, drawn.rng)]
    for _ in range(run.turns):
        before = turns[-1]
        predicted = predict(
            loaded.denoiser,
            run.scheduler,
            before.state,
            before.latent,
            context,
            positive,
            negative,
            scale,
            extra,
        )
        guided = guidance(predicted, scale)
        turns.append(
            Turn(*scheduler_step(run.scheduler, before.state, guided, before.latent, before.rng, WATCHED))
        )
    return turns[1:]


def with_models(*held: OnDevice[Any]) -> RunContext:
    """The context of a run that has loaded these models."""
    modules = {one.handle: one for one in held}
    return replace(WATCHED, models=SimpleNamespace(on_device=modules.__getitem__))  # pyright: ignore[reportArgumentType] # as far as nodes call it


def texts(loaded: Loaded) -> tuple[Conditioning[Any], Conditioning[Any]]:
    return encode(loaded.text_encoder, PROMPT), encode(loaded.text_encoder, NEGATIVE)


def assert_same(turns: list[Turn], latents: list[torch.Tensor]) -> None:
    pairs = zip(turns, latents, strict=True)
    assert [torch.equal(turn.latent.samples, latent) for turn, latent in pairs] == [True] * len(turns)


def picture(size: int = SIZE) -> Image:
    return Image(torch.rand((1, size, size, 3), generator=torch.Generator().manual_seed(1)))


def mask(size: int = SIZE) -> Mask:
    """The right half."""
    pixels = torch.zeros((1, size, size))
    pixels[:, :, size // 2 :] = 1
    return Mask(pixels)


def saved_again(folder: Path, target: Path) -> Path:
    """A folder as diffusers saves what it loaded from another."""
    pipeline_of(folder).save_pretrained(target)
    return target
