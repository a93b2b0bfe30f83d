"""Several texts at once: side by side, in parts of the picture, for parts of the run."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes.values import Conditioning, F, Mask

Part = Annotated[float, Field(ge=0, le=1)]


@node("conditioning.combine")
def combine(*conditionings: Conditioning[F]) -> Conditioning[F]:
    """Let several conditionings apply together: the model is asked about each; the predictions are averaged.

    Args:
        conditionings: Two or more; limit each to a part of the picture or of the run as you like.
    """
    if not conditionings:
        raise ValueRefused("at least one conditioning", "none")
    families = [one.family for one in conditionings if one.family]
    return Conditioning([item for one in conditionings for item in one.items], next(iter(families), ""))


@node("conditioning.limit")
def limit(
    conditioning: Conditioning[F],
    mask: Mask | None = None,
    strength: Annotated[float, Field(gt=0, le=10)] = 1.0,
    start: Part = 0.0,
    end: Part = 1.0,
) -> Conditioning[F]:
    """Limit where, how strongly and when a conditioning applies, beside others.

    Args:
        conditioning: What to limit.
        mask: Where it applies, at the size of the picture; everywhere without one.
        strength: Its weight beside the others that apply at the same place.
        start: Part of the run from which it applies.
        end: Part of the run at which it ends, beyond ``start``.
    """
    check_part(start, end)
    pixels = None if mask is None else mask.pixels
    limited = [
        replace(item, mask=pixels, strength=strength, start=start, end=end) for item in conditioning.items
    ]
    return replace(conditioning, items=limited)


def check_part(start: float, end: float) -> None:
    """Refuse an empty part of a run.

    Raises:
        ValueRefused: It doesn't end after its start.
    """
    if start >= end:
        raise ValueRefused("start before end", f"start {start:g}, end {end:g}")
