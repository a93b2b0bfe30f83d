"""Telling a model what a picture shows by one vector."""

from __future__ import annotations

from dataclasses import replace

from engine import node
from nodes.diffusion.extra import PICTURE_VECTOR
from nodes.values import Cond, Conditioning, Embedding, F


@node("conditioning.vector")
def vector(vector: Embedding, conditioning: Conditioning[F] | None = None) -> Conditioning[F]:
    """Tell a model what the picture shows by a vector of CLIP's: a prior's, or that of a picture to vary.

    Args:
        vector: The vectors: one, or one for each of the latent's batch.
        conditioning: A text to tell beside it, for models that take both.
    """
    conditioning = conditioning or Conditioning([Cond()])
    told = [
        replace(cond, extra={**cond.extra, PICTURE_VECTOR: vector.vectors}) for cond in conditioning.items
    ]
    return replace(conditioning, items=told)
