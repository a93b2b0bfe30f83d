"""Whether latents and texts fit a model, asked before it would fail at some product of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.diffusion.refusal import StepRefused

if TYPE_CHECKING:
    import torch


def check_fit(samples: torch.Tensor, channels: int, embeds: torch.Tensor | None, width: int) -> None:
    """Refuse what is another model's.

    Args:
        samples: [N, C, ..., H, W] latents, with the channels for inpainting or control beside them.
        channels: What the model takes.
        embeds: [N, T, D] texts; None for models that are told something else.
        width: What the model reads.

    Raises:
        StepRefused: Channels or width differ.
    """
    if samples.shape[1] != channels:
        cure = "Link the model's own VAE to the latent, and the extra channels that it was made for."
        raise StepRefused(f"expected {channels} channels, got {samples.shape[1]}. {cure}")
    if embeds is not None and embeds.shape[-1] != width:
        cure = "Link the model's own text encoders."
        raise StepRefused(f"expected texts {width} wide, got {embeds.shape[-1]}. {cure}")
