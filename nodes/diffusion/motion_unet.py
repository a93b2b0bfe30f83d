"""Asking a ``UNetMotionModel``, which draws films."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import PICTURE_PROMPT
from nodes.diffusion.family import Question
from nodes.diffusion.refusal import StepRefused

if TYPE_CHECKING:
    import torch


def draws_films(model: Any) -> bool:
    """Whether a U-Net has layers over time."""
    return "motion_max_seq_length" in model.config


def ask_motion_unet(model: Any, question: Question) -> torch.Tensor:
    """What a U-Net with a motion adapter predicts, [N, C, F, H, W].

    Raises:
        StepRefused: The latent is no film's, has other channels or too many frames, or is guided by more.
    """
    samples, longest = question.samples, model.config.motion_max_seq_length
    if samples.ndim != 5 or samples.shape[1] != model.config.in_channels or samples.shape[2] > longest:
        expected = f"a film of {model.config.in_channels} channels and at most {longest} frames"
        raise StepRefused(f"expected {expected}, got {list(samples.shape)}. Link latent.video_noise.")
    cond = question.cond
    if question.controls or cond.features or any(name.startswith(PICTURE_PROMPT) for name in cond.extra):
        cure = "Leave it out, or draw pictures."
        raise StepRefused(f"expected a film told of texts alone, got control or a picture prompt. {cure}")
    return model(
        samples,
        question.timestep,
        encoder_hidden_states=cond.text().repeat_interleave(samples.shape[2], dim=0),
        return_dict=False,
    )[0]
