"""Stable Diffusion's ×4 upscaler: a U-Net that sees a small picture beside the latent of its size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import LEVEL
from nodes.diffusion.family import Cells, Configs, Family, Question, kl_cells
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.unet import ask_unet
from nodes.families.stable_diffusion import encode

if TYPE_CHECKING:
    import torch


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "sd-x4")


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the U-Net, which also takes how noisy the small picture is."""
    if LEVEL not in question.cond.extra:
        raise StepRefused("expected a small picture, got none. Link diffusion.low_resolution in between.")
    return ask_unet(model, question, class_labels=question.cond.extra[LEVEL])


FAMILY = Family(
    name="sd-x4",
    title="Stable Diffusion ×4 upscaler",
    pipelines=("StableDiffusionUpscalePipeline",),
    denoiser="unet",
    denoiser_class="UNet2DConditionModel",
    ask=ask,
    cells=cells,
    upcasts_vae=True,
    texts={"text_encoder": "tokenizer"},
    encode=encode,
    graph="diffusion_upscale",
    nodes=("diffusion.low_resolution", "load.noising"),
    licence="CreativeML Open RAIL++-M: not for the uses that its attachment A lists",
)
