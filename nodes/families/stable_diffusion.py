"""Stable Diffusion 1 and 2 (Rombach et al., arXiv 2112.10752): a U-Net that reads CLIP's hidden states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.clip import hidden_states
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question, kl_cells
from nodes.diffusion.motion_unet import ask_motion_unet, draws_films
from nodes.diffusion.unet import ask_unet
from nodes.recognise.widths import family as unet_family
from nodes.values import Cond

if TYPE_CHECKING:
    import torch


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    width = configs("unet")["cross_attention_dim"]
    return kl_cells(configs, unet_family(width, configs("vae")["latent_channels"]))


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """Hidden states of the last layer, or of an earlier one that is normalised as the last."""
    return Cond(hidden_states(encoders, "text_encoder", prompt.text, prompt.skip))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the U-Net, or one that a motion adapter makes draw films."""
    return ask_motion_unet(model, question) if draws_films(model) else ask_unet(model, question)


FAMILY = Family(
    name="sd1",
    title="Stable Diffusion 1 and 2",
    pipelines=(
        "StableDiffusionPipeline",
        "StableDiffusionImg2ImgPipeline",
        "StableDiffusionInpaintPipeline",
        "StableDiffusionControlNetPipeline",
        "LatentConsistencyModelPipeline",
    ),
    denoiser="unet",
    denoiser_class="UNet2DConditionModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer"},
    encode=encode,
    # As diffusers corrects the configs of early releases
    scheduler_options={"steps_offset": 1, "clip_sample": False},
    single_file={
        "denoiser": ("model.diffusion_model.",),
        "vae": ("first_stage_model.",),
        "text_encoder": ("cond_stage_model.",),
    },
    graph="stable_diffusion",
    formats=("diffusers", "single file"),
    licence="1: CreativeML Open RAIL-M; 2: Open RAIL++-M; not for the uses that their attachment A lists",
    also=("sd2",),
)
