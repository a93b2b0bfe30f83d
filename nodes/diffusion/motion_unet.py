"""Asking a ``UNetMotionModel``, which draws films."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.family import Question
from nodes.diffusion.motion_control import film_residuals
from nodes.diffusion.picture_tokens import pictures_for
from nodes.diffusion.refusal import StepRefused

if TYPE_CHECKING:
    import torch


def draws_films(model: Any) -> bool:
    """Whether a U-Net has layers over time."""
    return "motion_max_seq_length" in model.config


def ask_motion_unet(model: Any, question: Question) -> torch.Tensor:
    """What a U-Net with a motion adapter predicts, [N, C, F, H, W].

    Raises:
        StepRefused: The latent is no film's, has other channels or too many frames, or is led by what a U-Net
            of pictures alone can take.
    """
    samples, longest = question.samples, model.config.motion_max_seq_length
    if samples.ndim != 5 or samples.shape[1] != model.config.in_channels or samples.shape[2] > longest:
        expected = f"a film of {model.config.in_channels} channels and at most {longest} frames"
        raise StepRefused(f"expected {expected}, got {list(samples.shape)}. Link latent.video_noise.")
    cond = question.cond
    if cond.features:
        cure = "Take control.adapt away, or draw pictures."
        raise StepRefused(f"expected a film without a T2I-Adapter's features, got some. {cure}")
    text = cond.text().repeat_interleave(samples.shape[2], dim=0)
    down, middle = film_residuals(question, text)
    pictures = pictures_for(model, cond, samples)
    return model(
        samples,
        question.timestep,
        encoder_hidden_states=text,
        added_cond_kwargs={"image_embeds": pictures} if pictures else None,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
        return_dict=False,
    )[0]
