"""A small picture beside the latent, for models that draw it larger."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Generic, NamedTuple

from pydantic import Field

from engine import Rng, Seed, node
from nodes.diffusion.extra import LEVEL
from nodes.diffusion.stepping import scheduler_class
from nodes.vae import signed
from nodes.values import VAE, Cond, Conditioning, F, Image, Latent, SchedulerConfig

Cells = Annotated[int, Field(ge=1, le=16384)]


class Seen(NamedTuple, Generic[F]):
    """A small picture as a model sees it.

    Attributes:
        extra: The picture, as more channels of the latent.
        positive: What to draw, with how noisy the picture is.
        negative: What to stay away from, with how noisy the picture is.
        rng: The generator after the draw.
    """

    extra: Latent[F]
    positive: Conditioning[F]
    negative: Conditioning[F]
    rng: Rng


@node("diffusion.low_resolution")
def low_resolution(
    image: Image,
    vae: VAE[F] | None = None,
    positive: Conditioning[F] | None = None,
    negative: Conditioning[F] | None = None,
    noising: SchedulerConfig | None = None,
    level: Annotated[int, Field(ge=0, le=999)] = 20,
    width: Cells | None = None,
    height: Cells | None = None,
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Seen:
    """Show a small picture to a model that draws it larger (cascaded diffusion, Ho et al., arXiv 2106.15282).

    Args:
        image: The small picture, without alpha.
        vae: The model's VAE, by which the picture's channels are known to be of its family.
        positive: What to draw; empty for models that read no text.
        negative: What to stay away from.
        noising: The schedule by which the model was shown noisy pictures; empty where it saw clean ones.
        level: How noisy, in the schedule's timesteps: more leaves more to the model.
        width: Width of the latent in cells, where it isn't the picture's.
        height: Height of the latent in cells, where it isn't the picture's.
        seed: Equal seeds draw equal noise.
        rng: Generator to go on from, in place of the seed.

    Raises:
        PictureRefused: The picture has alpha.
    """
    import torch

    generator = (rng or Rng.seeded(seed)).generator()
    samples = signed(image, factor=1)
    size = (height or samples.shape[-2], width or samples.shape[-1])
    if size != samples.shape[-2:]:
        samples = torch.nn.functional.interpolate(samples, size, mode="bilinear", align_corners=True)
    if noising is not None:
        noise = torch.randn(samples.shape, generator=generator)
        schedule = scheduler_class(noising.name)(**json.loads(noising.config))
        samples = schedule.add_noise(samples, noise, torch.full((len(samples),), level))
    family = vae.family if vae else ""
    said = level if noising else None
    wanted, unwanted = (_told(one, said, len(samples)) for one in (positive, negative))
    seen: Latent[F] = Latent(samples, family, vae.factor if vae else 1)
    return Seen(seen, wanted, unwanted, Rng.of(generator))


def _told(conditioning: Conditioning[F] | None, level: int | None, rows: int) -> Conditioning[F]:
    import torch

    conditioning = conditioning or Conditioning([Cond()])
    if level is None:
        return conditioning
    levels = {LEVEL: torch.full((rows,), level)}
    items = [replace(cond, extra={**cond.extra, **levels}) for cond in conditioning.items]
    return replace(conditioning, items=items)
