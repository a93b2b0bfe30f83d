"""Stable unCLIP (Stability AI, 2023): a Stable Diffusion 2.1 that is also told what a picture shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import PICTURE_VECTOR
from nodes.diffusion.family import Cells, Configs, Family, Question, kl_cells
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.unet import ask_unet
from nodes.families.stable_diffusion import encode
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

NORMALISER = "image_normalizer"


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "stable-unclip")


def complete(cond: Cond, samples: torch.Tensor, factor: int, model: Any) -> Cond:
    """A text alone means no picture in particular, for which zeros stand."""
    if PICTURE_VECTOR in cond.extra:
        return cond
    nothing = samples.new_zeros((1, model.config.projection_class_embeddings_input_dim))
    return replace(cond, extra={**cond.extra, PICTURE_VECTOR: nothing})


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the U-Net about the text and the picture's noisy vector."""
    told, width = question.cond.extra[PICTURE_VECTOR], model.config.projection_class_embeddings_input_dim
    if told.shape[-1] != width:
        cure = "Put prior.noisy_vector in front of conditioning.vector."
        raise StepRefused(f"expected vectors of {width} numbers, got {told.shape[-1]}. {cure}")
    return ask_unet(model, question, class_labels=told.to(question.samples))


FAMILY = Family(
    name="stable-unclip",
    title="Stable unCLIP",
    pipelines=("StableUnCLIPImg2ImgPipeline",),
    denoiser="unet",
    denoiser_class="UNet2DConditionModel",
    ask=ask,
    cells=cells,
    complete=complete,
    texts={"text_encoder": "tokenizer"},
    projections=(NORMALISER,),
    encode=encode,
    graph="picture_variations",
    nodes=("load.image_encoder", "load.noising", "prior.noisy_vector", "conditioning.vector"),
    licence="CreativeML Open RAIL++-M: not for the uses that its attachment A lists",
)
