"""Classifier-free guidance: away from the negative prediction, through the positive one and beyond."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import node
from nodes import families
from nodes.values import F, Prediction

if TYPE_CHECKING:
    import torch


@node("diffusion.guidance")
def guidance(
    prediction: Prediction[F], scale: float = 7.5, rescale: Annotated[float, Field(ge=0, le=1)] = 0.0
) -> Prediction[F]:
    """Guide a prediction away from the negative conditioning (Ho and Salimans, arXiv 2207.12598).

    Stable Video Diffusion's grows over the frames of a film, from 1 to the scale.

    Args:
        prediction: What the model predicted with and without the negative conditioning.
        scale: 1 = the positive prediction itself; higher follows the text more closely.
        rescale: Share of the guided prediction whose contrast is brought back to that of the positive one,
            against overexposure (Lin et al., arXiv 2305.08891, section 3.4).
    """
    import torch

    if prediction.negative is None:
        return prediction
    with torch.no_grad():
        guided = led(prediction, scale)
        if rescale > 0:
            guided = rescaled(guided, prediction.samples, rescale)
    return replace(prediction, samples=guided, negative=None)


def led(prediction: Prediction[Any], scale: float) -> torch.Tensor:
    """The positive prediction led away from the negative one, [B, ...]; itself where there is none."""
    away, samples = prediction.negative, prediction.samples
    return samples if away is None else away + by_frame(scale, prediction) * (samples - away)


def by_frame(scale: float, prediction: Prediction[Any]) -> Any:
    """The scale, or that of each frame as a tensor [1, 1, F, 1, 1] where a family's differ."""
    import torch

    first, samples = families.named(prediction.family).first_guidance, prediction.samples
    if first is None:
        return scale
    scales = torch.linspace(first, scale, samples.shape[2]).to(samples)
    return scales[None, None, :, None, None]


def rescaled(guided: torch.Tensor, positive: torch.Tensor, share: float) -> torch.Tensor:
    """Bring a share of what is guided, [B, ...], back to the positive one's contrast (arXiv 2305.08891)."""
    axes = tuple(range(1, positive.ndim))
    spread = positive.std(dim=axes, keepdim=True) / guided.std(dim=axes, keepdim=True)
    return share * (guided * spread) + (1 - share) * guided
