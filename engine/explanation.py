"""What is told of each instance before a run, between the plan that finds it and those who read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["hit", "run", "pending", "not needed"]


@dataclass(slots=True)
class Explanation:
    """One instance's part in a run. Nobody changes it; to freeze thousands after an edit takes too long.

    Attributes:
        instance: Its name.
        node: Id of its node.
        status: ``hit``: its result is stored. ``pending``: known only once its inputs are computed.
        why: The reason, for people.
        seconds: Expected time to compute; None when it never ran.
        size: Expected bytes of its outputs; None when it never ran.
    """

    instance: str
    node: str
    status: Status
    why: str
    seconds: float | None = None
    size: float | None = None
