"""Stable Diffusion XL (Podell et al., arXiv 2307.01952): two text encoders, and the picture's sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.agreement import taken_over
from nodes.diffusion.clip import side_by_side
from nodes.diffusion.extra import SIZES
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question, kl_cells
from nodes.diffusion.unet import ask_unet
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

BEAUTY = 6.0


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "sdxl")


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """Hidden states of both encoders side by side, and the second one's vector.

    The refiner has the second encoder alone.
    """
    texts = {"text_encoder": prompt.text, "text_encoder_2": prompt.other or prompt.text}
    there = {name: text for name, text in texts.items() if name in encoders}
    embeds, vectors = side_by_side(encoders, there, prompt.skip)
    return Cond(embeds.to(encoders["text_encoder_2"].dtype), vectors[-1])


def agree(wanted: list[Cond], unwanted: list[Cond]) -> tuple[list[Cond], list[Cond]]:
    """The negative text is told the positive one's sizes, unless it has its own."""
    return wanted, taken_over(SIZES, unwanted, wanted)


def complete(cond: Cond, samples: torch.Tensor, factor: int, model: Any) -> Cond:
    """A conditioning that says nothing of sizes means the picture's own, uncropped, of the usual beauty."""
    import torch

    if SIZES in cond.extra:
        return cond
    height, width = (side * factor for side in samples.shape[-2:])
    said = [height, width, 0, 0, height, width, BEAUTY]
    sizes = torch.tensor([said], dtype=cond.text().dtype).expand(len(cond.text()), -1)
    return replace(cond, extra={**cond.extra, SIZES: sizes})


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the U-Net, which also takes the text's vector and sizes; the refiner's last size is beauty."""
    sizes, pooled = question.cond.extra[SIZES], question.cond.pooled
    assert pooled is not None
    config = model.config
    taken = (config.projection_class_embeddings_input_dim - pooled.shape[1]) // config.addition_time_embed_dim
    ids = sizes[:, :6] if taken == 6 else sizes[:, [0, 1, 2, 3, 6]]
    return ask_unet(model, question, added_cond_kwargs={"text_embeds": pooled, "time_ids": ids})


FAMILY = Family(
    name="sdxl",
    title="Stable Diffusion XL",
    pipelines=(
        "StableDiffusionXLPipeline",
        "StableDiffusionXLImg2ImgPipeline",
        "StableDiffusionXLInpaintPipeline",
        "StableDiffusionXLControlNetPipeline",
    ),
    denoiser="unet",
    denoiser_class="UNet2DConditionModel",
    ask=ask,
    cells=cells,
    texts={"text_encoder": "tokenizer", "text_encoder_2": "tokenizer_2"},
    encode=encode,
    agree=agree,
    complete=complete,
    upcasts_vae=True,
    single_file={
        "denoiser": ("model.diffusion_model.",),
        "vae": ("first_stage_model.",),
        "text_encoder": ("conditioner.embedders.0.transformer.",),
        "text_encoder_2": ("conditioner.embedders.1.model.", "conditioner.embedders.0.model."),
    },
    graph="stable_diffusion_xl",
    nodes=("conditioning.sizes",),
    formats=("diffusers", "single file"),
    licence="CreativeML Open RAIL++-M: not for the uses that its attachment A lists",
)
