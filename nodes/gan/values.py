"""The values of adversarial networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nodes.train.trained import Network
from nodes.values import F, Latent

Noise = Latent[Literal["gan"]]
"""float32 [B, N, 1, 1]: a batch of vectors of N numbers that a generator starts from."""


@dataclass(frozen=True, slots=True)
class Generator(Network[F]):
    """Makes pictures out of noise, or out of other pictures."""


@dataclass(frozen=True, slots=True)
class Discriminator(Network[F]):
    """Tells how real pictures look."""
