"""When a sound begins and ends, beside its text."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import OnDevice, node
from engine.errors import ValueRefused
from nodes.diffusion.extra import SECONDS
from nodes.diffusion.refusal import StepRefused
from nodes.families.stable_audio import FAMILY, PROJECTION
from nodes.values import Cond, Conditioning, F, TextEncoder

Seconds = Annotated[float, Field(ge=0, le=3600)]


@node("conditioning.seconds", licence=FAMILY.licence)
def seconds(
    encoder: OnDevice[TextEncoder[F]],
    conditioning: Conditioning[F],
    end: Seconds = 10.0,
    start: Seconds = 0.0,
) -> Conditioning[F]:
    """Tell a model of sounds when what the text says begins and ends.

    Args:
        encoder: The model's text encoders, which know how times are told.
        conditioning: A text's.
        end: Seconds after which it ends, counted from the beginning of the whole that it is a part of.
        start: Seconds after which it begins; 0 for a whole one.

    Raises:
        StepRefused: The model takes no times.
        ValueRefused: The end comes before the start, or the model knows no such time.
    """
    import torch

    if PROJECTION not in encoder.model:
        cure = "Link those of a model that makes sounds."
        raise StepRefused(f"expected text encoders that tell times, got {encoder.handle.family}'s. {cure}")
    model = encoder.model[PROJECTION]
    least, most = model.config.min_value, model.config.max_value
    if not least <= start <= end <= most:
        raise ValueRefused(
            f"a start and then an end, both from {least} to {most} s", f"{start:g} and {end:g}"
        )
    with torch.no_grad():
        times = (torch.tensor([time], device=encoder.device) for time in (start, end))
        told = model(start_seconds=next(times), end_seconds=next(times))
    both = [told.seconds_start_hidden_states, told.seconds_end_hidden_states]

    def timed(cond: Cond) -> Cond:
        rows = len(cond.text())
        states = [cond.text().to(both[0].device), *(one.expand(rows, -1, -1) for one in both)]
        extra = {**cond.extra, SECONDS: torch.cat(both, dim=2)}
        return replace(cond, embeds=torch.cat(states, dim=1), extra=extra)

    return replace(conditioning, items=[timed(cond) for cond in conditioning.items])
