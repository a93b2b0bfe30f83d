"""From what a VAE computes to latents in model space, and back: each kind of VAE has its own statistics.

To add a kind, write its two directions and name its class in ``DIRECTIONS``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.diffusion.packing import patchify, unpatchify

if TYPE_CHECKING:
    import torch

Convert = Callable[[Any, "torch.Tensor"], "torch.Tensor"]
"""(VAE's module, [B, C, ..., H, W]) → the same in the other space."""


class Directions(NamedTuple):
    """Both ways of a kind of VAE.

    Attributes:
        inward: What the encoder gives → latents as the denoiser takes them.
        outward: Such latents → what the decoder takes.
    """

    inward: Convert
    outward: Convert


def to_model_space(vae: Any, samples: torch.Tensor) -> torch.Tensor:
    """Latents as the denoiser takes them, of what a VAE's encoder gives."""
    return _directions(vae).inward(vae, samples)


def to_vae_space(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """What a VAE's decoder takes, of latents as the denoiser takes them."""
    return _directions(vae).outward(vae, latents)


def _directions(vae: Any) -> Directions:
    return DIRECTIONS.get(type(vae).__name__, BY_FACTOR)


def _unchanged(vae: Any, samples: torch.Tensor) -> torch.Tensor:
    return samples


def _scaled(vae: Any, samples: torch.Tensor) -> torch.Tensor:
    return (samples - (vae.config.shift_factor or 0.0)) * vae.config.scaling_factor


def _unscaled(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    return latents / vae.config.scaling_factor + (vae.config.shift_factor or 0.0)


def _standardised(vae: Any, samples: torch.Tensor) -> torch.Tensor:
    mean, deviation = _batch_statistics(vae, samples)
    return (patchify(samples) - mean) / deviation


def _unstandardised(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    mean, deviation = _batch_statistics(vae, latents)
    return unpatchify(latents * deviation + mean)


def _batch_statistics(vae: Any, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of each channel of FLUX.2's patches, as its VAE's batch norm has them."""
    import torch

    mean, variance = (one.view(1, -1, 1, 1) for one in (vae.bn.running_mean, vae.bn.running_var))
    return mean.to(like), torch.sqrt(variance + vae.config.batch_norm_eps).to(like)


def _standardised_by_config(vae: Any, samples: torch.Tensor) -> torch.Tensor:
    mean, inverse = _config_statistics(vae, samples)
    return (samples - mean) * inverse


def _unstandardised_by_config(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    mean, inverse = _config_statistics(vae, latents)
    return latents / inverse + mean


def _scaled_either_way(vae: Any, samples: torch.Tensor) -> torch.Tensor:
    """Some of CogVideoX's models were trained with pictures that were scaled the wrong way round."""
    factor = vae.config.scaling_factor
    return (1 / factor if vae.config.get("invert_scale_latents") else factor) * samples


def _unscaled_by_reciprocal(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    return 1 / vae.config.scaling_factor * latents


def _standardised_by_buffers(vae: Any, samples: torch.Tensor) -> torch.Tensor:
    mean, deviation = _buffer_statistics(vae, samples)
    return (samples - mean) * vae.config.scaling_factor / deviation


def _unstandardised_by_buffers(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    mean, deviation = _buffer_statistics(vae, latents)
    return latents * deviation / vae.config.scaling_factor + mean


def _buffer_statistics(vae: Any, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of each channel, as they lie among the weights of LTX's VAE."""
    mean, deviation = (one.view(1, -1, 1, 1, 1) for one in (vae.latents_mean, vae.latents_std))
    return mean.to(like), deviation.to(like)


def _config_statistics(vae: Any, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean of each channel and one divided by its deviation, as Wan's configs have them."""
    import torch

    mean, deviation = (
        torch.tensor(one).view(1, -1, 1, 1, 1) for one in (vae.config.latents_mean, vae.config.latents_std)
    )
    return mean.to(like), 1.0 / deviation.to(like)


BY_FACTOR = Directions(_scaled, _unscaled)
AS_IT_IS = Directions(_unchanged, _unchanged)
DIRECTIONS = {
    "VQModel": AS_IT_IS,
    "AutoencoderOobleck": AS_IT_IS,
    "AutoencoderKLFlux2": Directions(_standardised, _unstandardised),
    "AutoencoderKLTemporalDecoder": Directions(_scaled_either_way, _unscaled_by_reciprocal),
    "AutoencoderKLCogVideoX": Directions(_scaled_either_way, _unscaled_by_reciprocal),
    "AutoencoderKLLTXVideo": Directions(_standardised_by_buffers, _unstandardised_by_buffers),
    "AutoencoderKLWan": Directions(_standardised_by_config, _unstandardised_by_config),
}
"""Class of a VAE → its directions; those of other classes shift and scale by a number each."""
