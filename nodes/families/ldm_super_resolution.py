"""Latent diffusion's super-resolution (Rombach et al., arXiv 2112.10752): it sees a small picture."""

from __future__ import annotations

from nodes.diffusion.family import Cells, Configs, Family, kl_cells
from nodes.families.ddpm import ask


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "ldm-sr", "vqvae")


FAMILY = Family(
    name="ldm-sr",
    title="LDM super-resolution",
    pipelines=("LDMSuperResolutionPipeline",),
    denoiser="unet",
    denoiser_class="UNet2DModel",
    ask=ask,
    cells=cells,
    vae="vqvae",
    graph="latent_super_resolution",
    nodes=("diffusion.low_resolution",),
    licence="Apache-2.0",
)
