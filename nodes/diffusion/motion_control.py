"""What control networks add to a U-Net that draws films."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.diffusion.family import Question
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.unet import Residuals, residuals_of, summed
from nodes.values import Control

if TYPE_CHECKING:
    import torch


def film_residuals(question: Question, text: torch.Tensor) -> Residuals:
    """What the networks add to each frame, summed.

    Args:
        question: Of a film's latent, [N, C, F, H, W].
        text: [N · F, T, D], once for each frame.

    Raises:
        StepRefused: A network follows another number of frames, or one that the film doesn't have.
    """
    return summed(
        _of_keyframes(control, network, question, text)
        if control.frames
        else _of_frames(control, network, question, text)
        for control, network in question.controls
    )


def _of_frames(control: Control, network: Any, question: Question, text: torch.Tensor) -> Residuals:
    """A network of pictures sees frame after frame."""
    hint, samples = control.hint, question.samples
    frames = samples.shape[2]
    if hint.ndim == 4:
        hint = hint[:, :, None].expand(-1, -1, frames, -1, -1)
    if hint.shape[2] != frames:
        cure = "Change the film's length, or that of the control film."
        raise StepRefused(f"expected a control film of {frames} frames, got {hint.shape[2]}. {cure}")
    return residuals_of(control, network, _in_a_row(samples), question.timestep, text, _in_a_row(hint))


def _in_a_row(film: torch.Tensor) -> torch.Tensor:
    """[N · F, C, H, W] of [N, C, F, H, W]."""
    return film.transpose(1, 2).reshape(-1, film.shape[1], *film.shape[3:])


def _of_keyframes(control: Control, network: Any, question: Question, text: torch.Tensor) -> Residuals:
    """A network that is told of some frames, and by a mask which."""
    hint, samples = control.hint, question.samples
    rows, frames = len(samples), samples.shape[2]
    if max(control.frames) >= frames:
        cure = "Change the frames that it is told of, or the film's length."
        raise StepRefused(f"expected frames below {frames}, got {max(control.frames)}. {cure}")
    size = hint.shape[3:]
    shown = hint.new_zeros((rows, hint.shape[1], frames, *size))
    mask = hint.new_zeros((rows, 1, frames, *size))
    shown[:, :, control.frames] = hint
    mask[:, :, control.frames] = 1
    given = {"conditioning_mask": mask.to(network.dtype)}
    return residuals_of(control, network, samples, question.timestep, text, shown, **given)
