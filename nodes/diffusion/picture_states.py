"""What models that make films of pictures are told of a picture beside their texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine import node
from engine.errors import ValueRefused
from nodes.diffusion.extra import PICTURE
from nodes.values import Conditioning, F


@node("conditioning.picture")
def picture(conditioning: Conditioning[F], picture: Conditioning[Any], ends: bool = False) -> Conditioning[F]:
    """Tell a model what CLIP sees in a picture, beside a text: for Wan 2.1's models that start from one.

    Args:
        conditioning: A text's; what the positive one is told, the negative one is told unless it has its own.
        picture: The hidden states of the first frame, from ``image.encode_clip``.
        ends: Whether the pictures are two, the first and the last frame, for the models that are told both.

    Raises:
        ValueRefused: The picture's conditioning is several, or the pictures are no pairs.
    """
    if len(picture.items) != 1:
        raise ValueRefused("the conditioning of one picture", f"{len(picture.items)} conditionings")
    states = picture.items[0].text()
    if ends:
        if len(states) % 2:
            raise ValueRefused("a first and a last picture, as one batch", f"{len(states)} pictures")
        states = states.reshape(len(states) // 2, -1, states.shape[-1])
    told = [replace(cond, extra={**cond.extra, PICTURE: states}) for cond in conditioning.items]
    return replace(conditioning, items=told)
