"""Diffusion transformers (Peebles and Xie, arXiv 2212.09748): told the number of a class of ImageNet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import LABEL
from nodes.diffusion.family import Cells, Configs, Family, Question, kl_cells
from nodes.diffusion.refusal import StepRefused

if TYPE_CHECKING:
    import torch


def cells(configs: Configs) -> Cells:
    """What the latents of a folder's model are like."""
    return kl_cells(configs, "dit")


def ask(model: Any, question: Question) -> torch.Tensor:
    """Ask the transformer about a class each; one beyond the last stands for none."""
    import torch

    labels = question.cond.extra.get(LABEL)
    if labels is None:
        raise StepRefused("expected a class, got none. Link conditioning.label to it.")
    none: int = model.config.num_embeds_ada_norm
    if int(labels.max()) >= none:
        raise StepRefused(
            f"expected a class from 0 to {none - 1}, got {int(labels.max())}. Change its number."
        )
    timesteps = question.timestep[None].expand(len(question.samples))
    return model(
        question.samples,
        timestep=timesteps,
        class_labels=torch.where(labels < 0, none, labels),
        return_dict=False,
    )[0]


FAMILY = Family(
    name="dit",
    title="DiT, class-conditional",
    pipelines=("DiTPipeline",),
    denoiser="transformer",
    denoiser_class="DiTTransformer2DModel",
    ask=ask,
    cells=cells,
    graph="class_to_image",
    nodes=("conditioning.label",),
    licence="CC-BY-NC 4.0: non-commercial",
    restricted=True,
)
