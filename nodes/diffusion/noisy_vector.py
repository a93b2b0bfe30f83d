"""Vectors of pictures with noise, so that what is drawn of them varies."""

from __future__ import annotations

import json
from typing import Annotated, NamedTuple

from pydantic import Field

from engine import OnDevice, Rng, Seed, node
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.stepping import scheduler_class
from nodes.families.stable_unclip import NORMALISER
from nodes.library_lock import library_lock
from nodes.values import Embedding, F, SchedulerConfig, TextEncoder


class Noisy(NamedTuple):
    """A picture's vector with noise.

    Attributes:
        vector: The noisy vector, and behind it how noisy it is.
        rng: The generator after the draw.
    """

    vector: Embedding
    rng: Rng


@node("prior.noisy_vector")
def noisy_vector(
    encoder: OnDevice[TextEncoder[F]],
    vector: Embedding,
    noising: SchedulerConfig,
    level: Annotated[int, Field(ge=0, le=999)] = 0,
    seed: Seed = 0,
    rng: Rng | None = None,
) -> Noisy:
    """Add noise to the vectors of pictures, and tell how much, as Stable unCLIP takes them.

    Args:
        encoder: The model's text encoders, with which it keeps how vectors are spread.
        vector: The vectors.
        noising: The schedule by which the model was shown noisy vectors.
        level: How noisy, in the schedule's timesteps: more lets the pictures vary more.
        seed: Equal seeds draw equal noise.
        rng: Generator to go on from, in place of the seed.

    Raises:
        StepRefused: The model takes no noisy vectors.
    """
    import torch

    with library_lock:
        from diffusers.models.embeddings import get_timestep_embedding

    if NORMALISER not in encoder.model:
        cure = "Link those of Stable unCLIP."
        raise StepRefused(
            f"expected text encoders with an {NORMALISER}, got {encoder.handle.family}'s. {cure}"
        )
    normaliser, generator = encoder.model[NORMALISER], (rng or Rng.seeded(seed)).generator()
    clean = vector.vectors.to(normaliser.mean)
    noise = torch.randn(clean.shape, generator=generator, dtype=clean.dtype).to(clean.device)
    levels = torch.full((len(clean),), level, device=clean.device)
    schedule = scheduler_class(noising.name)(**json.loads(noising.config))
    with torch.no_grad():
        noisy = normaliser.unscale(schedule.add_noise(normaliser.scale(clean), timesteps=levels, noise=noise))
    told = get_timestep_embedding(levels, clean.shape[-1], flip_sin_to_cos=True, downscale_freq_shift=0)
    return Noisy(Embedding(torch.cat([noisy, told.to(noisy)], dim=1).contiguous()), Rng.of(generator))
