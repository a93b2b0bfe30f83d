"""One evaluation of a denoiser, of whatever family."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine import Context, OnDevice, node
from nodes import families
from nodes.diffusion.asking import ask_all
from nodes.diffusion.block_memory import BlockMemory
from nodes.diffusion.extra import GUIDANCE
from nodes.diffusion.family import Question
from nodes.diffusion.perturbed import asking_again
from nodes.diffusion.precision import cast_cond
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.regions import blended
from nodes.diffusion.stepping import resume, timestep, turns_left
from nodes.values import (
    Cond,
    Conditioning,
    Control,
    Denoiser,
    F,
    Features,
    Latent,
    Prediction,
    Scheduler,
    SchedulerState,
)

if TYPE_CHECKING:
    import torch


@node("diffusion.predict")
def predict(
    denoiser: OnDevice[Denoiser[F]],
    scheduler: Scheduler,
    state: SchedulerState,
    latent: Latent[F],
    ctx: Context,
    positive: Conditioning[F] | None = None,
    negative: Conditioning[F] | None = None,
    guidance: float = 7.5,
    extra: Latent[F] | None = None,
    perturbed: str = "",
) -> Prediction[F]:
    """Ask the model what is noise in a latent.

    Args:
        denoiser: The model.
        scheduler: The run's scheduler.
        state: Its state before this turn.
        latent: The noisy latent.
        ctx: Loads the control networks of the conditionings.
        positive: What to draw; empty for models that draw without being told.
        negative: What to stay away from.
        guidance: How strongly, as in ``diffusion.guidance``; up to 1 the negative isn't asked about. Models
            distilled with guidance, such as FLUX.1 [dev], take it as it is and aren't asked about the
            negative, unless ``conditioning.guidance`` has told the positive one theirs.
        extra: More channels for models made for inpainting: the mask and the picture without what it covers.
        perturbed: Layers of a U-Net for ``diffusion.perturbed_guidance``: the model is asked once more with
            their self-attention perturbed. Such as ``mid``, or ``down_blocks.1, up_blocks.0.attentions.1``;
            empty = it isn't.

    Raises:
        StepRefused: The latent's channels or the text's width are another model's, or it has no such layers.
    """
    import torch

    family, model, samples = families.named(denoiser.handle.family), denoiser.model, latent.samples
    samples, moment = samples.to(denoiser.device), timestep(scheduler, state, denoiser.device)
    wanted = _active(positive, scheduler, state)
    distilled = _distilled(model.config)
    guided = guidance > 1 and (not distilled or GUIDANCE in wanted[0].extra)
    unwanted = _active(negative, scheduler, state) if guided and negative is not None else []
    wanted, unwanted = family.agree(wanted, unwanted)
    with torch.no_grad():
        scaled = _scaled(samples, scheduler, state, moment, extra)
        if distilled:
            told = wanted[0].extra.get(GUIDANCE, torch.tensor([guidance], dtype=torch.float64))
            unwanted, wanted = _told(unwanted, told), _told(wanted, told)
        dtype = getattr(torch, denoiser.handle.dtype)
        question = Question(scaled.to(dtype), moment, Cond(), latent.factor)
        conds = [cast_cond(cond, dtype) for cond in (*unwanted, *wanted)]
        before, count = len(unwanted), len(conds)
        if perturbed:
            family, conds = asking_again(family, model, conds[:before], conds[before:], perturbed)
        memory = BlockMemory(state.memory)
        answers = ask_all(family, model, question, conds, lambda handle: ctx.on_device(handle).model, memory)
        said = blended(answers[before:count], wanted)
        away = blended(answers[:before], unwanted) if unwanted else None
        shaken = blended(answers[count:], wanted) if perturbed else None
    prediction = _prediction(said, away, shaken, samples.shape[1], denoiser.handle.family)
    return replace(prediction, memory=memory.after)


def _prediction(
    said: torch.Tensor,
    away: torch.Tensor | None,
    shaken: torch.Tensor | None,
    channels: int,
    family: str,
) -> Prediction[Any]:
    """Some models predict the variance, too, in as many channels more."""
    away, shaken = (None if one is None else one[:, :channels].contiguous() for one in (away, shaken))
    variance = said[:, channels:].contiguous() if said.shape[1] > channels else None
    return Prediction(said[:, :channels].contiguous(), away, family, variance, perturbed=shaken)


def _active(
    conditioning: Conditioning[Any] | None, scheduler: Scheduler, state: SchedulerState
) -> list[Cond]:
    """What applies at this turn, each with the control networks and features that do."""
    if conditioning is None:
        return [Cond()]
    total = state.turn + turns_left(scheduler, state)
    progress, after = state.turn / total, (state.turn + 1) / total
    found = [cond for cond in conditioning.items if cond.start <= progress < cond.end]
    if not found:
        where = f"at {progress:.0%} of the run"
        raise StepRefused(
            f"expected a conditioning {where}, got none. Widen the range of one, or link one more."
        )

    def now(one: Control | Features) -> bool:
        return one.start <= progress and after <= one.end

    return [
        replace(cond, controls=[*filter(now, cond.controls)], features=[*filter(now, cond.features)])
        for cond in found
    ]


def _distilled(config: Any) -> bool:
    """Whether the model takes guidance as a number, and so is asked once."""
    width: int | None = getattr(config, "time_cond_proj_dim", None)
    return width is not None or bool(getattr(config, "guidance_embeds", False))


def _told(conds: list[Cond], guidance: torch.Tensor) -> list[Cond]:
    """With the guidance that a distilled model is told, where they have none of their own."""
    return [replace(cond, extra={GUIDANCE: guidance, **cond.extra}) for cond in conds]


def _scaled(
    samples: torch.Tensor,
    scheduler: Scheduler,
    state: SchedulerState,
    moment: torch.Tensor,
    extra: Latent[Any] | None,
) -> torch.Tensor:
    import torch

    device = str(samples.device)
    used = resume(scheduler, state, device)
    if hasattr(used, "scale_model_input"):
        samples = used.scale_model_input(samples, moment)
    if extra is None:
        return samples
    rows = extra.samples.to(samples).expand(len(samples), *extra.samples.shape[1:])
    return torch.cat([samples, rows], dim=1)
