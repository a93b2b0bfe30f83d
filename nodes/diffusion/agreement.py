"""What texts that are asked about together, or joined, have to agree on, such as how fast a film moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import ValueRefused
from nodes.diffusion.extra import TEXT_MASK
from nodes.diffusion.length import together
from nodes.values import Cond, Control, Features

if TYPE_CHECKING:
    import torch


def as_they_are(wanted: list[Cond], unwanted: list[Cond]) -> tuple[list[Cond], list[Cond]]:
    """Texts that need not agree on anything."""
    return wanted, unwanted


def taken_over(name: str, conds: list[Cond], others: list[Cond]) -> list[Cond]:
    """Let texts be told what the first of others is that is told it, where they are told none of their own.

    Args:
        name: Of what they are told, in ``Cond.extra``.
        conds: Who takes it over.
        others: Who may have been told it.
    """
    told = next((cond.extra[name] for cond in others if name in cond.extra), None)
    if told is None:
        return conds
    return [replace(cond, extra={name: told, **cond.extra}) for cond in conds]


def check_told(conds: Sequence[Cond], alike: bool) -> None:
    """Refuse to join texts of which some are told what the result could not tell.

    Args:
        conds: The texts.
        alike: Whether all must be told the same kinds of things; else the first must be told what others are.

    Raises:
        ValueRefused: One is told what another isn't.
    """
    told = [_told(cond) for cond in conds]
    missing = set().union(*told) - (set.intersection(*told) if alike else told[0])
    if missing:
        whom = "all texts" if alike else "the first text"
        expected = f"{whom} to be told what others are (tell it behind this node, or tell each)"
        raise ValueRefused(expected, f"some with {', '.join(sorted(missing))}")


def _told(cond: Cond) -> set[str]:
    parts = {
        "a summary": cond.pooled is not None,
        "control networks": bool(cond.controls),
        "an adapter's features": bool(cond.features),
    }
    return {name for name in cond.extra if name != TEXT_MASK} | {
        name for name, there in parts.items() if there
    }


def gathered(conds: Sequence[Cond]) -> dict[str, torch.Tensor]:
    """What each of several texts is told, as rows of one batch, [B, ...] each.

    Raises:
        ValueRefused: It is of several sizes, as pictures may be.
    """
    import torch

    joined: dict[str, torch.Tensor] = {}
    for name in (name for name in conds[0].extra if name != TEXT_MASK):
        rows = [
            cond.extra[name].repeat_interleave(len(cond.text()) // len(cond.extra[name]), dim=0)
            for cond in conds
        ]
        sizes = dict.fromkeys(" × ".join(map(str, row.shape[1:])) for row in rows)
        if len(sizes) > 1:
            raise ValueRefused(f"{name} of one size for all texts of a batch", " and ".join(sizes))
        joined[name] = torch.cat(together(rows))
    return joined


def check_same_pictures(conds: Sequence[Cond]) -> None:
    """Refuse texts that control networks or adapters lead by different pictures.

    Raises:
        ValueRefused: They differ.
    """
    first = conds[0]
    for cond in conds[1:]:
        if not (
            len(first.controls) == len(cond.controls)
            and len(first.features) == len(cond.features)
            and all(map(_same_control, first.controls, cond.controls))
            and all(map(_same_features, first.features, cond.features))
        ):
            cure = "put control.apply or control.adapt behind conditioning.batch"
            raise ValueRefused(f"texts that are all led by the same pictures ({cure})", "others")


def _same_control(one: Control, other: Control) -> bool:
    return replace(one, hint=other.hint) == other and _equal(one.hint, other.hint)


def _same_features(one: Features, other: Features) -> bool:
    levels = len(one.levels) == len(other.levels) and all(map(_equal, one.levels, other.levels))
    return levels and (one.start, one.end) == (other.start, other.end)


def _equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    import torch

    return one.shape == other.shape and torch.equal(one, other.to(one))
