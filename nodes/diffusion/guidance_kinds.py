"""Guidance that differs from plain classifier-free guidance, computed by diffusers' own functions.

Each takes what ``diffusion.guidance`` takes, and its scale means the same: 1 is the positive prediction, and
it grows over the frames of Stable Video Diffusion's films.
Where the model was not asked about a negative conditioning, the positive prediction passes unchanged, so that
all of them keep to the part of the run that ``diffusion.guidance_window`` leaves them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple, cast

from pydantic import Field

from engine import node
from nodes.diffusion.conditioning import check_part
from nodes.diffusion.guidance import by_frame, rescaled
from nodes.diffusion.stepping import turns_left
from nodes.library_lock import library_lock
from nodes.values import F, GuidanceState, Prediction, Scheduler, SchedulerState

if TYPE_CHECKING:
    import torch

Share = Annotated[float, Field(ge=0, le=1)]


class Guided(NamedTuple, Generic[F]):
    """A guided prediction.

    Attributes:
        prediction: What the scheduler steps with.
        state: What the next turn has to know.
    """

    prediction: Prediction[F]
    state: GuidanceState


@node("diffusion.projected_guidance")
def projected(
    prediction: Prediction[F],
    state: GuidanceState | None = None,
    scale: float = 7.5,
    parallel: Share = 0.0,
    momentum: Annotated[float, Field(gt=-1, lt=1)] = -0.5,
    threshold: Annotated[float, Field(ge=0)] = 15.0,
    rescale: Share = 0.0,
) -> Guided:
    """Adaptive projected guidance (APG): high scales without garish colours (Sadat et al., arXiv 2410.02416).

    The part of the change that points along the positive prediction only adds contrast, and is left out. It
    is measured in what the model predicts, be it noise, velocity or the clean picture, as in diffusers.

    Args:
        prediction: What the model predicted with and without the negative conditioning.
        state: What the turn before left; nothing in the first turn.
        scale: 1 = the positive prediction itself; higher follows the text more closely.
        parallel: Share of the part along the positive prediction that stays (the paper's η).
        momentum: Weight of earlier changes (β): below 0 they are pushed away from, 0 forgets them.
        threshold: Longest change as a Euclidean norm over the whole latent (r); 0 = no limit. 15 suits the
            128 × 128 cells of Stable Diffusion XL, 2.5 the 8 × 8 of the built-in model.
        rescale: Share of the guided prediction whose contrast is brought back, as in ``diffusion.guidance``.
    """
    import torch

    before = state or GuidanceState()
    if prediction.negative is None:
        return Guided(prediction, before)
    with library_lock:
        from diffusers.guiders.adaptive_projected_guidance import MomentumBuffer, normalized_guidance
    buffer = MomentumBuffer(momentum)
    if before.average is not None:
        buffer.running_average = before.average.to(prediction.samples)
    with torch.no_grad():
        guided = normalized_guidance(
            prediction.samples,
            prediction.negative,
            by_frame(scale, prediction) - 1,
            buffer,
            parallel,
            threshold,
            use_original_formulation=True,
        )
    average = buffer.running_average
    assert isinstance(average, torch.Tensor)
    return Guided(_given(prediction, guided, rescale), GuidanceState(average))


@node("diffusion.zero_star_guidance")
def zero_star(
    prediction: Prediction[F],
    state: SchedulerState,
    scale: float = 7.5,
    zero_turns: Annotated[int, Field(ge=0, le=1000)] = 1,
    rescale: Share = 0.0,
) -> Prediction[F]:
    """CFG-Zero*, for models trained by flow matching (Fan et al., arXiv 2503.18886).

    The negative prediction is first scaled to come as close to the positive one as it can. The first turns
    stand still, as a flow model errs most there.

    Args:
        prediction: What the model predicted with and without the negative conditioning.
        state: The scheduler's state before this turn.
        scale: 1 = the positive prediction itself; higher follows the text more closely.
        zero_turns: Turns at the start of the run that predict zero.
        rescale: Share of the guided prediction whose contrast is brought back, as in ``diffusion.guidance``.
    """
    import torch

    positive, negative = prediction.samples, prediction.negative
    if state.turn < zero_turns:
        return replace(prediction, samples=torch.zeros_like(positive), negative=None)
    if negative is None:
        return prediction
    with library_lock:
        from diffusers.guiders.classifier_free_zero_star_guidance import cfg_zero_star_scale
    with torch.no_grad():
        fit = cfg_zero_star_scale(positive.flatten(1), negative.flatten(1))
        away = negative * fit.view(-1, *(1,) * (positive.ndim - 1))
        return _given(prediction, away + by_frame(scale, prediction) * (positive - away), rescale)


@node("diffusion.tangential_guidance")
def tangential(prediction: Prediction[F], scale: float = 7.5, rescale: Share = 0.0) -> Prediction[F]:
    """Tangential guidance (TCFG): the negative prediction loses what has nothing to do with the positive one.

    Of the two directions that both predictions span, it keeps the one that they share most of (Kwon et al.,
    arXiv 2503.18137).

    Args:
        prediction: What the model predicted with and without the negative conditioning.
        scale: 1 = the positive prediction itself; higher follows the text more closely.
        rescale: Share of the guided prediction whose contrast is brought back, as in ``diffusion.guidance``.
    """
    import torch

    if prediction.negative is None:
        return prediction
    with library_lock:
        from diffusers.guiders.tangential_classifier_free_guidance import normalized_guidance
    with torch.no_grad():
        guided = normalized_guidance(prediction.samples, prediction.negative, by_frame(scale, prediction))
        return _given(prediction, guided, rescale)


@node("diffusion.magnitude_guidance")
def magnitude(
    prediction: Prediction[F],
    scale: float = 10.0,
    alpha: Annotated[float, Field(ge=0, le=1000)] = 8.0,
    rescale: Share = 0.0,
) -> Prediction[F]:
    """Magnitude-aware guidance (MAMBO-G): a lower scale where the change would be large (arXiv 2508.03442).

    Args:
        prediction: What the model predicted with and without the negative conditioning.
        scale: 1 = the positive prediction itself; higher follows the text more closely.
        alpha: How fast the scale falls to 1 as the change grows beside the negative prediction.
        rescale: Share of the guided prediction whose contrast is brought back, as in ``diffusion.guidance``.
    """
    import torch

    if prediction.negative is None:
        return prediction
    with library_lock:
        from diffusers.guiders.magnitude_aware_guidance import mambo_guidance
    positive, scales = prediction.samples, by_frame(scale, prediction)
    if isinstance(scales, torch.Tensor):
        scales = scales.expand_as(positive).flatten(1)
    with torch.no_grad():
        # Its norm takes no more than two axes beside the batch
        flat = positive.flatten(1), prediction.negative.flatten(1)
        guided = mambo_guidance(*flat, cast(Any, scales), alpha)
        return _given(prediction, guided.view_as(positive), rescale)


@node("diffusion.guidance_window")
def window(
    scheduler: Scheduler,
    state: SchedulerState,
    scale: float = 7.5,
    start: Share = 0.0,
    end: Share = 1.0,
) -> float:
    """Guide in a part of the run only (Kynkäänniemi et al., arXiv 2404.07724).

    Link it to the scale of a guidance node and to the guidance of the model's step: outside of the window it
    is 1, and the model isn't asked about the negative conditioning.

    Args:
        scheduler: The run's scheduler.
        state: Its state before this turn.
        scale: The guidance in the window.
        start: Part of the run from which guidance applies.
        end: Part of the run at which it ends, beyond ``start``.
    """
    check_part(start, end)
    progress = state.turn / (state.turn + turns_left(scheduler, state))
    return scale if start <= progress < end else 1.0


def _given(prediction: Prediction[F], guided: torch.Tensor, rescale: float) -> Prediction[F]:
    if rescale > 0:
        guided = rescaled(guided, prediction.samples, rescale)
    return replace(prediction, samples=guided, negative=None)
