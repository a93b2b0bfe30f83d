"""What is told of each instance before a run, between the plan that finds it and those who read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["hit", "run", "pending", "not needed"]
Code = Literal[
    "stored",
    "not-wanted",
    "never-ran",
    "late",
    "given-up",
    "frozen-gone",
    "forced",
    "behind-forced",
    "impure",
    "unhashed",
    "undecided",
    "items",
    "waits",
    "in-loop",
    "changed",
    "value",
    "linked",
    "unlinked",
    "node",
    "version",
    "pack",
    "environment",
    "lifted",
    "body",
    "fork",
    "fork-gone",
    "fork-left",
    "fork-other",
]

ENGLISH: Mapping[Code, str] = {
    "stored": "its result is stored",
    "not-wanted": "no output wanted needs it",
    "never-ran": "it has not run in this graph before",
    "late": "no result is stored for what it reads now",
    "given-up": "its stored result was given up",
    "frozen-gone": "its frozen result is gone: unfreeze it",
    "forced": "it is forced to run",
    "behind-forced": "something in front of it is forced to run",
    "impure": "it runs each time",
    "unhashed": "a large file has not been hashed yet ({port})",
    "undecided": "its inputs decide which of its ports are needed",
    "items": "it depends on the items of a list",
    "waits": "it depends on the value of {source}",
    "in-loop": "it depends on the value of its loop",
    "changed": "it changed since the last run",
    "value": "{port}: {old} → {new}",
    "linked": "{port}: {source} changed",
    "unlinked": "{port}: no longer linked",
    "node": "node: {old} → {new}",
    "version": "version: {old} → {new}",
    "pack": "pack: {old} → {new}",
    "environment": "environment: {old} → {new}",
    "lifted": "its lifted ports changed",
    "body": "its body changed",
    "fork": "it goes on from turn {turn}",
    "fork-gone": "turn {turn}, which it goes on from, is not in the store: take the fork away",
    "fork-left": "it no longer goes on from turn {turn}",
    "fork-other": "the last run began elsewhere",
}
"""What each reason says; the page has the same for each of its languages."""


@dataclass(slots=True)
class Reason:
    """Why an instance has its part in a run. Nobody changes it.

    Attributes:
        code: What the reason is.
        args: What stands in the sentence: ``port`` or ports, ``old`` and ``new`` value as text since the last
            run, ``source``, which is an instance, an output or several, and ``turn`` of a loop.
    """

    code: Code
    args: dict[str, str] = field(default_factory=dict[str, str])


def say(reasons: Iterable[Reason]) -> str:
    """Reasons as one sentence for people."""
    return "; ".join(ENGLISH[reason.code].format_map(reason.args) for reason in reasons)


@dataclass(slots=True)
class Explanation:
    """One instance's part in a run. Nobody changes it; to freeze thousands after an edit takes too long.

    Attributes:
        instance: Its name.
        node: Id of its node.
        status: ``hit``: its result is stored. ``pending``: known only once its inputs are computed.
        reasons: Why; never empty.
        seconds: Expected time to compute; None when it never ran.
        size: Expected bytes of its outputs; None when it never ran.
    """

    instance: str
    node: str
    status: Status
    reasons: tuple[Reason, ...]
    seconds: float | None = None
    size: float | None = None

    @property
    def why(self) -> str:
        """The reasons, for people."""
        return say(self.reasons)
