"""Putting several conditionings to one denoiser, in as few calls as its family's pipeline does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nodes.diffusion.block_memory import BlockMemory
from nodes.diffusion.family import Family, Question
from nodes.diffusion.refusal import StepRefused
from nodes.values import Cond, Control, Features

if TYPE_CHECKING:
    import torch

Load = Callable[[Any], Any]
"""Handle → its module on the device."""


def ask_all(
    family: Family, model: Any, question: Question, conds: list[Cond], load: Load, memory: BlockMemory
) -> list[torch.Tensor]:
    """One answer for each conditioning, as the latents are shaped.

    Args:
        family: The denoiser's.
        model: Its module.
        question: What is the same for all: the latents, the moment.
        conds: The conditionings.
        load: Loads control networks.
        memory: Of a model with a first-block cache.

    Raises:
        StepRefused: A conditioning doesn't fit the latents' batch, or the model.
    """
    samples = question.samples
    filled = [
        _spread(family.complete(cond, samples, question.factor, model), len(samples), samples.device)
        for cond in conds
    ]
    answers: list[torch.Tensor] = []
    batches = _batches(filled, family.one_call)
    for call, together in enumerate(batches, -len(batches)):
        asked = _stacked(together)
        for control in asked.controls:
            _check_size(control, samples, question.factor)
        controls = tuple((control, load(control.model)) for control in asked.controls)
        put = replace(question, cond=asked, controls=controls)
        with memory.during(model, call, put):
            answers += _call(family, model, put, len(together))
    return answers


def _call(family: Family, model: Any, question: Question, count: int) -> tuple[torch.Tensor, ...]:
    import torch

    samples = torch.cat([question.samples] * count) if count > 1 else question.samples
    return family.ask(model, replace(question, samples=samples)).chunk(count)


def _batches(conds: list[Cond], one_call: bool) -> list[list[Cond]]:
    """Neighbours that can be one batch."""
    batches = [conds[:1]]
    for before, cond in pairwise(conds):
        if one_call and _alike(before, cond):
            batches[-1].append(cond)
        else:
            batches.append([cond])
    return batches


def _check_size(control: Control, samples: torch.Tensor, factor: int) -> None:
    if control.hint.ndim > samples.ndim:
        cure = "Link control.apply, or a model that makes films."
        raise StepRefused(f"expected a control picture, got one of films. {cure}")
    encoded = control.model.hint in ("latent", "unshifted")
    height, width = (side if encoded else side * factor for side in samples.shape[-2:])
    if control.hint.shape[-2:] != (height, width):
        got, expected = (f"{w} × {h}" for h, w in (control.hint.shape[-2:], (height, width)))
        cells = " cells" if encoded else ""
        cure = "Put image.resize before the control network."
        raise StepRefused(f"expected a control picture of {expected}{cells}, got {got}. {cure}")


def _tensors(cond: Cond) -> dict[str, torch.Tensor]:
    named = {"embeds": cond.embeds, "pooled": cond.pooled} | cond.extra
    return {name: tensor for name, tensor in named.items() if tensor is not None}


def _shapes(cond: Cond) -> list[Any]:
    features = [level.shape for one in cond.features for level in one.levels]
    return [*((name, tensor.shape) for name, tensor in _tensors(cond).items()), *features]


def _alike(one: Cond, other: Cond) -> bool:
    return (
        _shapes(one) == _shapes(other)
        and len(one.controls) == len(other.controls)
        and all(map(_alike_control, one.controls, other.controls))
    )


def _alike_control(one: Control, other: Control) -> bool:
    return replace(one, hint=other.hint) == other and one.hint.shape == other.hint.shape


def _spread(cond: Cond, rows: int, device: Any) -> Cond:
    """Give each of b texts, pictures or classes its share of a batch, in order."""

    def share(tensor: torch.Tensor) -> torch.Tensor:
        if rows % len(tensor):
            cure = "Change the latent's batch."
            raise StepRefused(f"expected {len(tensor)} pictures or a multiple of it, got {rows}. {cure}")
        return tensor.to(device).repeat_interleave(rows // len(tensor), dim=0)

    return replace(
        cond,
        embeds=None if cond.embeds is None else share(cond.embeds),
        pooled=None if cond.pooled is None else share(cond.pooled),
        extra={name: share(tensor) for name, tensor in cond.extra.items()},
        controls=[replace(control, hint=share(control.hint)) for control in cond.controls],
        features=[replace(one, levels=[*map(share, one.levels)]) for one in cond.features],
    )


def _stacked(conds: list[Cond]) -> Cond:
    """Several alike conditionings as one batch."""
    import torch

    first = conds[0]
    if len(conds) == 1:
        return first
    rows = [_tensors(cond) for cond in conds]
    joined = {name: torch.cat([row[name] for row in rows]) for name in rows[0]}
    controls = [
        replace(same[0], hint=torch.cat([control.hint for control in same]))
        for same in zip(*(cond.controls for cond in conds), strict=True)
    ]
    embeds, pooled = joined.pop("embeds", None), joined.pop("pooled", None)
    features = [_features(same) for same in zip(*(cond.features for cond in conds), strict=True)]
    return Cond(embeds, pooled, extra=joined, controls=controls, features=features)


def _features(same: tuple[Features, ...]) -> Features:
    import torch

    levels = zip(*(one.levels for one in same), strict=True)
    return Features([torch.cat(level) for level in levels])
