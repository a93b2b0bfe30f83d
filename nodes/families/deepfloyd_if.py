"""DeepFloyd IF (2023, after Imagen, arXiv 2205.11487): U-Nets on pixels that read T5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import LEVEL
from nodes.diffusion.family import Cells, Configs, Family, Prompt, Question
from nodes.diffusion.t5 import t5_states
from nodes.diffusion.unet import ask_unet
from nodes.values import Cond

if TYPE_CHECKING:
    import torch

LENGTH = 77
"""T5's tokens."""


def cells(configs: Configs) -> Cells:
    """Pixels in colour."""
    return Cells("if", 3, 1)


def encode(encoders: Any, prompt: Prompt) -> Cond:
    """T5's hidden states of the text in small letters."""
    text = encoders.cleaned(prompt.text, lambda said: said.lower().strip())
    read = encoders.tokens("text_encoder", text, LENGTH)
    return Cond(t5_states(encoders, "text_encoder", read, masked=True))


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the U-Net, the second one also about how noisy the small picture is."""
    return ask_unet(model, question, class_labels=question.cond.extra.get(LEVEL))


FAMILY = Family(
    name="if",
    title="DeepFloyd IF",
    pipelines=("IFPipeline", "IFImg2ImgPipeline", "IFInpaintingPipeline", "IFSuperResolutionPipeline"),
    denoiser="unet",
    denoiser_class="UNet2DConditionModel",
    ask=ask,
    cells=cells,
    vae="",
    texts={"text_encoder": "tokenizer"},
    encode=encode,
    joint=True,
    graph="cascade",
    nodes=("diffusion.low_resolution", "load.noising"),
    licence="DeepFloyd IF: research only",
    restricted=True,
)
