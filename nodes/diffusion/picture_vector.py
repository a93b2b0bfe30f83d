"""The vectors of pictures that priors draw, and that of no picture."""

from __future__ import annotations

from engine import OnDevice, node
from nodes.checkpoints.image_encoder import ImageEncoder
from nodes.diffusion.refusal import StepRefused
from nodes.values import Denoiser, Embedding, F, Latent


@node("prior.vector")
def vector(prior: OnDevice[Denoiser[F]], latent: Latent[F]) -> Embedding:
    """Read a picture's vector from the clean latent that a prior drew.

    Args:
        prior: The prior, which knows how the vectors of its pictures are spread.
        latent: The clean latent.

    Raises:
        StepRefused: The model is no prior.
    """
    import torch

    if not hasattr(prior.model, "post_process_latents"):
        cure = "Link the one that drew the latent."
        raise StepRefused(f"expected a prior, got {type(prior.model).__name__}. {cure}")
    with torch.no_grad():
        found = prior.model.post_process_latents(latent.samples.to(prior.device).flatten(1))
    return Embedding(found.contiguous())


@node("prior.nothing")
def nothing(encoder: OnDevice[ImageEncoder[F]]) -> Embedding:
    """What CLIP sees in no picture, for Kandinsky to stay away from.

    Args:
        encoder: The picture encoder in the prior's folder.
    """
    import torch

    model = encoder.model
    side = model.config.image_size
    with torch.no_grad():
        seen = model(torch.zeros((1, 3, side, side), dtype=model.dtype, device=encoder.device))
    return Embedding(seen.image_embeds.contiguous())
