"""Noise for a Shap-E latent, and one evaluation of the prior that takes noise away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from engine import OnDevice, Rng, Seed, node
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.stepping import resume, timestep
from nodes.mesh.shap_e.handles import ShapEPrior
from nodes.mesh.shap_e.listing import FAMILY
from nodes.values import Conditioning, F, Latent, Prediction, Scheduler, SchedulerState

if TYPE_CHECKING:
    import torch


class Noise(NamedTuple, Generic[F]):
    """Noise to start from.

    Attributes:
        latent: Gaussian noise of mean 0 and deviation 1, [1, T, D].
        rng: The generator after the draw.
    """

    latent: Latent[F]
    rng: Rng


@node("shap_e.noise")
def noise(prior: ShapEPrior[F], seed: Seed = 0, rng: Rng | None = None) -> Noise:
    """Draw the noise of one latent, on the CPU, so that equal seeds are equal on every device.

    Args:
        prior: The prior that will denoise it; it says how many vectors of which width.
        seed: Equal seeds draw equal noise.
        rng: Generator to go on from, in place of the seed.
    """
    import torch

    generator = (rng or Rng.seeded(seed)).generator()
    shape, dtype = (1, prior.vectors, prior.width), getattr(torch, prior.dtype)
    samples = torch.randn(shape, generator=generator, dtype=dtype)
    return Noise(Latent(samples, FAMILY, 1), Rng.of(generator))


@node("shap_e.prior_step")
def prior_step(
    prior: OnDevice[ShapEPrior[F]],
    scheduler: Scheduler,
    state: SchedulerState,
    latent: Latent[F],
    positive: Conditioning[F],
    guidance: float = 4.0,
) -> Prediction[F]:
    """Ask the prior what a noisy latent will be.

    Args:
        prior: The model.
        scheduler: The run's scheduler.
        state: Its state before this turn.
        latent: The noisy latent, [1, T, D].
        positive: What to make.
        guidance: How strongly, as in ``diffusion.guidance``; beyond 1 it is also asked what it would make of
            nothing at all.

    Raises:
        StepRefused: The latent or what it is to be is another model's.
    """
    import torch

    config, device = prior.model.config, str(prior.device)
    samples = latent.samples.to(device)
    embeds = _only(positive).to(device)
    _check(config, samples, embeds)
    moment = timestep(scheduler, state, device)
    with torch.no_grad():
        if guidance > 1:
            embeds, samples = torch.cat([torch.zeros_like(embeds), embeds]), torch.cat([samples] * 2)
        scaled = resume(scheduler, state, device).scale_model_input(samples, moment)
        predicted = prior.model(scaled, timestep=moment, proj_embedding=embeds).predicted_image_embedding
        # The second half of the channels is a variance, which the scheduler doesn't use
        *away, wanted = predicted[..., : config.embedding_dim].contiguous().chunk(2 if guidance > 1 else 1)
    return Prediction(wanted, away[0] if away else None, prior.handle.family)


def _only(positive: Conditioning[Any]) -> torch.Tensor:
    if len(positive.items) != 1:
        raise StepRefused(f"expected one conditioning, got {len(positive.items)}. Link a single one.")
    return positive.items[0].text()


def _check(config: Any, samples: torch.Tensor, embeds: torch.Tensor) -> None:
    shape = (1, config.num_embeddings, config.embedding_dim)
    if samples.shape != shape:
        cure = "Link shap_e.noise."
        raise StepRefused(f"expected a latent of the form {shape}, got {tuple(samples.shape)}. {cure}")
    width = config.embedding_proj_dim or config.embedding_dim
    if embeds.shape[-1] != width:
        cure = "Link the encoder that was loaded with the prior."
        raise StepRefused(f"expected vectors {width} wide, got {embeds.shape[-1]}. {cure}")
