"""Kandinsky 2.2 (Razzhigaev et al., arXiv 2310.03502): a prior makes a vector of a text, a U-Net draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import PICTURE_VECTOR
from nodes.diffusion.family import Cells, Configs, Family, Question, kl_cells
from nodes.diffusion.prior import ask_prior, encode_with_mask, prior_cells
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.unet import ask_unet

if TYPE_CHECKING:
    import torch

PRIOR = "kandinsky-prior"
NODES = ("prior.vector", "prior.nothing", "conditioning.vector", "load.image_encoder")


def cells_of_prior(configs: Configs) -> Cells:
    """A vector as one cell."""
    return prior_cells(configs, PRIOR)


def cells(configs: Configs) -> Cells:
    """Latents of the folder's ``VQModel``."""
    return kl_cells(configs, "kandinsky", "movq")


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the U-Net to draw what a vector tells."""
    told = question.cond.extra.get(PICTURE_VECTOR)
    if told is None:
        raise StepRefused("expected a picture's vector, got none. Link conditioning.vector to it.")
    return ask_unet(model, question, added_cond_kwargs={"image_embeds": told.to(question.samples)})


def inpainting(picture: torch.Tensor, mask: torch.Tensor, factor: int) -> torch.Tensor:
    """The picture's latents where it stays, and which cells do."""
    import torch

    stays = 1 - torch.nn.functional.interpolate(mask[:, None], size=picture.shape[-2:])
    stays = stays.expand(len(picture), -1, -1, -1)
    return torch.cat([picture * stays, stays], dim=1)


FAMILY_PRIOR = Family(
    name=PRIOR,
    title="Kandinsky 2.2, prior",
    pipelines=("KandinskyV22PriorPipeline",),
    denoiser="prior",
    denoiser_class="PriorTransformer",
    ask=ask_prior,
    cells=cells_of_prior,
    vae="",
    texts={"text_encoder": "tokenizer"},
    encode=encode_with_mask,
    graph="kandinsky",
    nodes=NODES,
    licence="Apache-2.0",
)
FAMILY = Family(
    name="kandinsky",
    title="Kandinsky 2.2",
    pipelines=("KandinskyV22Pipeline", "KandinskyV22Img2ImgPipeline", "KandinskyV22InpaintPipeline"),
    denoiser="unet",
    denoiser_class="UNet2DConditionModel",
    ask=ask,
    cells=cells,
    vae="movq",
    decoding={"force_not_quantize": True},
    inpainting=inpainting,
    graph="kandinsky",
    nodes=(*NODES, "mask.widen_by_cells"),
    licence="Apache-2.0",
)
