"""Faces that IP-Adapters FaceID tell a model beside its text (Ye et al., arXiv 2308.06721)."""

from __future__ import annotations

from dataclasses import replace

from engine import node
from nodes.diffusion.picture_prompt import Prompted
from nodes.diffusion.picture_tokens import FACE, telling
from nodes.values import Conditioning, Embedding, F

LICENCE = "FaceID adapters, and the face recogniser that they were trained with: research only"


@node("conditioning.face_prompt", licence=LICENCE)
def face_prompt(
    positive: Conditioning[F], face: Embedding, negative: Conditioning[F] | None = None
) -> Prompted:
    """Tell a model that has an IP-Adapter FaceID whose face to draw.

    It takes the place of ``conditioning.picture_prompt``, and goes in a row with it where a model has several
    adapters.

    Args:
        positive: What to draw beside it.
        face: The face's vector from ArcFace, of length 1, [1, 512]; several of one face, [B, 512], together
            tell one adapter. ``load.embedding`` reads one.
        negative: What to stay away from.
    """
    import torch

    told = face.vectors[None].contiguous()
    sides = (positive, told), (negative, torch.zeros_like(told))
    found = [
        None if side is None else replace(side, items=[telling(cond, {FACE: said}) for cond in side.items])
        for side, said in sides
    ]
    assert found[0] is not None
    return Prompted(found[0], found[1])
