"""Places in the queue: a run stands before another by its priority, then by its position."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import KnotworkError
from engine.service.records import RunRecord

CLOSE = 1e-6
"""Distance of two positions between which no further ones are put."""


class NotWaiting(KnotworkError):
    """A run was to be moved, or to be moved in front of, that doesn't wait (any more)."""

    def __init__(self, id: str) -> None:
        super().__init__(f'expected a run that waits, or a batch with one, got "{id[:80]}"')


def moved(queue: Sequence[RunRecord], id: str, before: str = "") -> tuple[RunRecord, ...]:
    """Move a run, or those of a batch, in front of another one, whose priority they take on.

    Args:
        queue: All that wait, in their order.
        id: Of the run or batch.
        before: Id of a waiting run; without it they go behind all of their own priority.

    Returns:
        The records that changed: those that moved, and those that had to make room.

    Raises:
        NotWaiting: One of the ids is of none of them.
    """
    chosen = [record for record in queue if id in (record.id, record.batch)]
    if not chosen:
        raise NotWaiting(id)
    if before in {record.id for record in chosen}:
        return ()
    target = next((record for record in queue if record.id == before), None)
    if before and target is None:
        raise NotWaiting(before)
    priority = (target or chosen[0]).priority
    staying = [record for record in queue if record.priority == priority and record not in chosen]
    place = len(staying) if target is None else staying.index(target)
    return _between(staying, place, chosen, priority)


def _between(
    staying: Sequence[RunRecord], place: int, chosen: Sequence[RunRecord], priority: int
) -> tuple[RunRecord, ...]:
    """Give positions in front of a place, evenly where there is room, else with all behind moved on."""
    low = staying[place - 1].position if place else None
    high = staying[place].position if place < len(staying) else None
    count = len(chosen)
    if low is None:
        low = 0.0 if high is None else high - count - 1
    step = 1.0 if high is None else (high - low) / (count + 1)
    following = chosen if step > CLOSE else (*chosen, *staying[place:])
    if step <= CLOSE:
        step = 1.0
    return tuple(
        record.model_copy(update={"priority": priority, "position": low + step * number})
        for number, record in enumerate(following, 1)
    )
