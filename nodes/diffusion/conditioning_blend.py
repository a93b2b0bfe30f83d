"""One conditioning out of several: mixed, walked through, put behind each other, emptied.

Models that aren't told where a text is see all its tokens: the shorter of two texts is repeated, which
changes nothing for them, unless they attend to text and picture as one: then lengths have to agree. For
models that are told, it is filled up: what isn't there of a text counts as zeros, and the result is wherever
one of its texts is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine import node
from engine.errors import ValueRefused
from nodes import families
from nodes.diffusion.agreement import check_same_pictures, check_told, gathered
from nodes.diffusion.extra import TEXT_MASK
from nodes.diffusion.length import check_one_length, filled_up, masks_of, same_length, together
from nodes.values import Cond, Conditioning, F

if TYPE_CHECKING:
    import torch

    Mix = Callable[[list[torch.Tensor]], torch.Tensor]

Share = Annotated[float, Field(ge=0, le=1)]


@node("conditioning.blend")
def blend(a: Conditioning[F], b: Conditioning[F], amount: Share = 0.5) -> Conditioning[F]:
    """Mix two conditionings into one that lies between their texts.

    Args:
        a: The first text. What it is limited to and told beside, the result is.
        b: The second text, of any length.
        amount: 0 gives ``a``, 1 gives ``b``.
    """
    import torch

    return _mixed([a, b], lambda both: torch.lerp(both[0], both[1], amount))


@node("conditioning.interpolate")
def interpolate(
    a: Conditioning[F], b: Conditioning[F], count: Annotated[int, Field(ge=1, le=4096)] = 5
) -> Conditioning[F]:
    """Walk from one text to another in equal steps, as a batch: one for each of a latent's batch.

    Args:
        a: Where the walk begins: one text, with what it is limited to and told beside.
        b: Where it ends: one text.
        count: How many texts, with both ends; a single one is ``a``.
    """
    import torch

    def walk(both: list[torch.Tensor]) -> torch.Tensor:
        first, last = both
        if len(first) != 1:
            raise ValueRefused("one text at each end", f"{len(first)}")
        weights = torch.linspace(0, 1, count, dtype=first.dtype, device=first.device)
        return torch.lerp(first, last, weights.view(-1, *(1,) * (first.ndim - 1)))

    return _mixed([a, b], walk)


@node("conditioning.average")
def average(*conditionings: Conditioning[F]) -> Conditioning[F]:
    """Mix conditionings in equal parts into one; ``conditioning.combine`` keeps them apart.

    Args:
        conditionings: Two or more texts. What the first is limited to and told beside, the result is.
    """
    import torch

    return _mixed(conditionings, lambda all_: torch.stack(all_).mean(0))


@node("conditioning.concat")
def concat(*conditionings: Conditioning[F]) -> Conditioning[F]:
    """Put texts behind each other, into one that is as long as all of them.

    Args:
        conditionings: Two or more texts. What the first is limited to and told beside, the result is; the
            summary that some families take of a text is that of the first, too.
    """
    import torch

    def joined(conds: Sequence[Cond]) -> Cond:
        check_told(conds, alike=False)
        embeds = torch.cat(together([cond.text() for cond in conds]), dim=1)
        masks = masks_of(conds)
        where = {TEXT_MASK: torch.cat(masks, dim=1)} if masks else {}
        return replace(conds[0], embeds=embeds, extra=conds[0].extra | where)

    return _each(conditionings, joined)


@node("conditioning.batch")
def batch(conditionings: list[Conditioning[F]]) -> Conditioning[F]:
    """Gather texts into a batch: each picture of a latent's batch gets one of its own, in order.

    Args:
        conditionings: The texts. Each keeps what it is told beside, such as sizes, of which all must be told;
            what the first is limited to, all are limited to.

    Raises:
        ValueRefused: Pictures that they refer to differ in size, or one is told what another isn't.
    """
    import torch

    def batched(conds: Sequence[Cond]) -> Cond:
        check_told(conds, alike=True)
        check_same_pictures(conds)
        mixed = _mix(conds, torch.cat, _family_of(conditionings))
        return replace(mixed, extra=mixed.extra | gathered(conds))

    return _each(conditionings, batched)


@node("conditioning.zero")
def zero(conditioning: Conditioning[F]) -> Conditioning[F]:
    """Make a conditioning of zeros, which is what some models were trained to take for no text at all.

    Args:
        conditioning: Any text of the model; it says how long and how wide.
    """
    import torch

    def emptied(cond: Cond) -> Cond:
        pooled = None if cond.pooled is None else torch.zeros_like(cond.pooled)
        return replace(cond, embeds=torch.zeros_like(cond.text()), pooled=pooled)

    return replace(conditioning, items=[emptied(cond) for cond in conditioning.items])


def _mixed(conditionings: Sequence[Conditioning[F]], mix: Mix) -> Conditioning[F]:
    def mixed(conds: Sequence[Cond]) -> Cond:
        check_told(conds, alike=False)
        return _mix(conds, mix, _family_of(conditionings))

    return _each(conditionings, mixed)


def _mix(conds: Sequence[Cond], mix: Mix, family: str) -> Cond:
    texts, masks = together([cond.text() for cond in conds]), masks_of(conds)
    where: dict[str, torch.Tensor] = {}
    if masks:
        texts, masks = filled_up(texts, masks)
        where = {TEXT_MASK: mix([mask.float() for mask in masks]) > 0}
    elif families.named(family).joint:
        check_one_length(texts)
    pooled = [cond.pooled for cond in conds if cond.pooled is not None]
    return replace(
        conds[0],
        embeds=mix(same_length(texts)),
        pooled=mix(together(pooled)) if len(pooled) == len(conds) else conds[0].pooled,
        extra=conds[0].extra | where,
    )


def _each(
    conditionings: Sequence[Conditioning[F]], join: Callable[[Sequence[Cond]], Cond]
) -> Conditioning[F]:
    """Join the first texts of all, the second ones, and so on; a single one joins each of the others'."""
    if not conditionings or not all(one.items for one in conditionings):
        raise ValueRefused("at least one conditioning", "none")
    count = max(len(one.items) for one in conditionings)
    if any(len(one.items) not in (1, count) for one in conditionings):
        got = " and ".join(str(len(one.items)) for one in conditionings)
        raise ValueRefused("conditionings of one text each, or of equally many", got)
    columns = [one.items * (count // len(one.items)) for one in conditionings]
    rows = list(zip(*columns, strict=True))
    for row in rows:
        _check(row)
    return replace(conditionings[0], items=[join(row) for row in rows], family=_family_of(conditionings))


def _family_of(conditionings: Sequence[Conditioning[Any]]) -> str:
    return next((one.family for one in conditionings if one.family), "")


def _check(conds: Sequence[Cond]) -> None:
    shapes: list[Any] = [cond.text().shape for cond in conds]
    if len({(shape[0], shape[-1]) for shape in shapes}) > 1:
        got = " and ".join(f"{shape[0]} of {shape[-1]}" for shape in shapes)
        raise ValueRefused("equally many texts of one width (from one model's encoder)", got)
