"""Asking a ``UNet2DConditionModel``, with the control networks that were trained beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from nodes.diffusion.extra import GUIDANCE
from nodes.diffusion.family import Question
from nodes.diffusion.fit import check_fit
from nodes.diffusion.picture_tokens import pictures_for
from nodes.values import Control

if TYPE_CHECKING:
    import torch

Residuals = tuple[list["torch.Tensor"] | None, "torch.Tensor | None"]
"""What control networks add to a U-Net's skip connections, and to its middle; None without any."""


def ask_unet(model: Any, question: Question, **more: Any) -> torch.Tensor:
    """What a U-Net predicts, [N, C, H, W].

    Args:
        model: The U-Net.
        question: What to ask.
        more: Further arguments that the family's U-Net takes, such as ``added_cond_kwargs``.

    Raises:
        StepRefused: The latent's channels or the text's width are another model's.
    """
    text, config = question.cond.embeds, model.config
    check_fit(
        question.samples, config.in_channels, text, config.encoder_hid_dim or config.cross_attention_dim
    )
    down, middle = _residuals(question, more)
    pictures = pictures_for(model, question.cond, question.samples)
    if pictures:
        more["added_cond_kwargs"] = {**more.get("added_cond_kwargs", {}), "image_embeds": pictures}
    return model(
        question.samples,
        question.timestep,
        encoder_hidden_states=question.cond.embeds,
        timestep_cond=_guidance_embedding(question, model.config.time_cond_proj_dim),
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
        down_intrablock_additional_residuals=_features(question),
        return_dict=False,
        **more,
    )[0]


def _residuals(question: Question, more: Mapping[str, Any]) -> Residuals:
    """What control networks add to the U-Net's skip connections and to its middle, summed."""
    samples, text = question.samples, question.cond.embeds

    def added(control: Control, network: Any) -> Residuals:
        told = {name: one.to(network.dtype) for name, one in more.get("added_cond_kwargs", {}).items()}
        given = {"added_cond_kwargs": told or None}
        return residuals_of(control, network, samples, question.timestep, text, control.hint, **given)

    return summed(added(*one) for one in question.controls)


def residuals_of(
    control: Control,
    network: Any,
    samples: torch.Tensor,
    timestep: torch.Tensor,
    text: torch.Tensor | None,
    hint: torch.Tensor,
    **more: Any,
) -> Residuals:
    """What a network adds; it computes in its own precision, and what it gives has that of the samples.

    Args:
        control: How strongly.
        network: Its module.
        samples: The noisy latents.
        timestep: The scheduler's.
        text: Hidden states.
        hint: What it shall follow.
        more: What else the network takes.
    """
    dtype = network.dtype
    down, middle = network(
        samples.to(dtype),
        timestep,
        encoder_hidden_states=None if text is None else text.to(dtype),
        controlnet_cond=hint.to(samples.device, dtype),
        conditioning_scale=control.strength,
        return_dict=False,
        **more,
    )
    return [one.to(samples) for one in down], middle.to(samples)


def summed(found: Iterable[Residuals]) -> Residuals:
    """What several networks add; None without any."""
    down: list[torch.Tensor] | None = None
    middle: torch.Tensor | None = None
    for added, inner in found:
        if down is None or added is None or middle is None or inner is None:
            down, middle = added, inner
            continue
        down, middle = [one + other for one, other in zip(down, added, strict=True)], middle + inner
    return down, middle


def _features(question: Question) -> list[torch.Tensor] | None:
    """What adapters add to each level, summed; a list of its own, which the U-Net uses up."""
    found = [one.levels for one in question.cond.features]
    sums = [reduce(add, same[1:], same[0].clone()) for same in zip(*found, strict=True)]
    return [one.to(question.samples) for one in sums] or None


def _guidance_embedding(question: Question, width: int | None) -> torch.Tensor | None:
    """Sinusoidal embedding [N, D] of the guidance, for models distilled with it (arXiv 2310.04378)."""
    import torch

    guidance = question.cond.extra.get(GUIDANCE)
    if width is None or guidance is None:
        return None
    half = width // 2
    weights = (guidance.double().cpu() - 1).float() * 1000.0
    rates = torch.exp(
        torch.arange(half, dtype=torch.float32) * -(torch.log(torch.tensor(10000.0)) / (half - 1))
    )
    angles = weights[:, None] * rates[None, :]
    embedded = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
    return torch.nn.functional.pad(embedded, (0, width % 2)).to(question.samples)
