"""T2I-Adapters (Mou et al., arXiv 2302.08453): small networks whose features a U-Net's levels get added."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Generic, NamedTuple

from pydantic import Field

from engine import OnDevice, node
from nodes.control.picture import seen
from nodes.diffusion.conditioning import Part, check_part
from nodes.values import Conditioning, F, Features, Image, T2IAdapter


class Adapted(NamedTuple, Generic[F]):
    """Conditionings that carry features.

    Attributes:
        positive: What to draw.
        negative: What to stay away from; empty when none was given.
    """

    positive: Conditioning[F]
    negative: Conditioning[F] | None


@node("control.adapt")
def adapt(
    positive: Conditioning[F],
    adapter: OnDevice[T2IAdapter[F]],
    image: Image,
    negative: Conditioning[F] | None = None,
    strength: Annotated[float, Field(ge=0, le=10)] = 1.0,
    start: Part = 0.0,
    end: Part = 1.0,
) -> Adapted:
    """Let a T2I-Adapter make the model follow a picture. It computes once, not at every step.

    For several adapters put several of these in a row: what they add is summed.

    Args:
        positive: What to draw.
        adapter: The adapter, of the model's family.
        image: What it was trained to follow, such as edges or depth, at the size of the picture to draw.
        negative: What to stay away from.
        strength: Weight of what it adds.
        start: Part of the run from which it adds.
        end: Part of the run at which it ends, beyond ``start``.

    Raises:
        ValueRefused: The part of the run is empty.
    """
    import torch

    check_part(start, end)
    model: Any = adapter.model
    pixels = seen(image).permute(0, 3, 1, 2).contiguous().to(adapter.device, model.dtype)
    pixels = pixels[:, : model.config.in_channels]  # adapters to edges and depth take one
    with torch.no_grad():
        levels = [(level * strength).contiguous() for level in model(pixels)]
    features = Features(levels, start, end)
    sides = [None if side is None else _carry(side, features) for side in (positive, negative)]
    return Adapted(sides[0] or positive, sides[1])


def _carry(conditioning: Conditioning[Any], features: Features) -> Conditioning[Any]:
    items = [replace(item, features=[*item.features, features]) for item in conditioning.items]
    return replace(conditioning, items=items)
