"""Early stop: a training ends once it has not become better for a while."""

from __future__ import annotations

from math import inf
from typing import Annotated, NamedTuple

from pydantic import Field

from engine import node


class Patience(NamedTuple):
    """How long a training has not become better.

    Attributes:
        going: Whether to go on: the condition of the loop.
        best: The smallest loss so far, for the next turn.
        since: Turns since that loss, for the next turn.
    """

    going: bool
    best: float
    since: int


@node("train.patience")
def patience(
    loss: float,
    best: float | None = None,
    since: Annotated[int, Field(ge=0)] = 0,
    patience: Annotated[int, Field(ge=0)] = 50,
    least: Annotated[float, Field(ge=0)] = 0.0,
) -> Patience:
    """Tell when to stop a training: after so many turns without a smaller loss.

    It wants the loss on held-out data, for that on what is learned from goes on falling while a network
    learns by heart (Prechelt 1998, "Early Stopping — But When?", doi 10.1007/3-540-49430-8_3). In a
    loop, carry ``best`` and ``since``, and let ``going`` be its condition. The loop gives the state of its
    last turn, not that of the best one.

    Args:
        loss: The loss of this turn.
        best: The smallest loss of the turns before; none in the first.
        since: Turns since that.
        patience: Turns without a smaller loss after which it ends; 0 = never.
        least: By how much a loss must be smaller to count.
    """
    before = inf if best is None else best  # a loss that is no number is smaller than none
    if loss < before - least:
        return Patience(True, loss, 0)
    return Patience(not patience or since + 1 < patience, before, since + 1)
