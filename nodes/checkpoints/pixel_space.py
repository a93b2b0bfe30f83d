"""What stands for a VAE where a model draws pixels: nothing is encoded, and nothing decoded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


def pixel_space(dtype: Any) -> Any:
    """A module that takes pixels for latents and gives them back, in the shape of an ``AutoencoderKL``."""
    from diffusers.models.autoencoders.vae import IdentityDistribution
    from torch import nn

    class PixelSpace(nn.Module):
        config = SimpleNamespace(scaling_factor=1.0, shift_factor=0.0)

        def encode(self, pixels: Any) -> Any:
            return SimpleNamespace(latent_dist=IdentityDistribution(pixels))

        def decode(self, samples: Any, return_dict: bool = True) -> tuple[Any]:
            return (samples,)

    module = PixelSpace().eval()
    module.dtype = dtype
    return module
