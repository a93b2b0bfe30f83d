"""Denoising diffusion (Ho et al., arXiv 2006.11239): a U-Net on pixels, told nothing, or a class's number.

Flow matching on pixels is the same but for the scheduler that the folder names.
"""

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
    labels = classes(question.cond.extra.get(LABEL), model.config.num_class_embeds)
    return model(question.samples, question.timestep, class_labels=labels, return_dict=False)[0]


def classes(labels: torch.Tensor | None, known: int | None) -> torch.Tensor | None:
    """The classes that a U-Net is told.

    Args:
        labels: int64 [N]; -1 for none in particular, which the last of those that it knows stands for.
        known: How many it knows; None where it is told nothing.

    Raises:
        StepRefused: It is told a class that it doesn't know, or none and needs one.
    """
    import torch

    if known is None:
        if labels is not None:
            raise StepRefused("expected no class for this model, got one. Unlink its conditioning.")
        return None
    if labels is None:
        raise StepRefused("expected a class, got none. Link conditioning.label to it.")
    if int(labels.max()) >= known:
        raise StepRefused(
            f"expected a class from 0 to {known - 1}, got {int(labels.max())}. Change its number."
        )
    return torch.where(labels < 0, known - 1, labels)


FAMILY = Family(
    name="ddpm",
    title="DDPM, unconditional or told classes",
    pipelines=("DDPMPipeline", "DDIMPipeline"),
    denoiser="unet",
    denoiser_class="UNet2DModel",
    ask=ask,
    cells=cells,
    vae="",
    graph="unconditional",
    nodes=("conditioning.labels",),
    licence="Apache-2.0",
)
