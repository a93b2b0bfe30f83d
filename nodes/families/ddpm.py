"""Denoising diffusion (Ho et al., arXiv 2006.11239): a U-Net on pixels, told nothing, or a class's number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import LABEL
from nodes.diffusion.family import Cells, Configs, Family, Question
from nodes.diffusion.refusal import StepRefused

if TYPE_CHECKING:
    import torch


def cells(configs: Configs) -> Cells:
    """Pixels."""
    return Cells("ddpm", configs("unet")["in_channels"], 1)


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the U-Net."""
    channels, expected = question.samples.shape[1], model.config.in_channels
    if channels != expected:
        cure = "Link the model's own VAE, which stands for its pixels, to the noise."
        raise StepRefused(f"expected {expected} channels, got {channels}. {cure}")
    labels = question.cond.extra.get(LABEL)
    return model(question.samples, question.timestep, class_labels=labels, return_dict=False)[0]


FAMILY = Family(
    name="ddpm",
    title="DDPM, unconditional",
    pipelines=("DDPMPipeline", "DDIMPipeline"),
    denoiser="unet",
    denoiser_class="UNet2DModel",
    ask=ask,
    cells=cells,
    vae="",
    graph="unconditional",
    licence="Apache-2.0",
)
