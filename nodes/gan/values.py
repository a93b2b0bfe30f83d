"""The values of adversarial networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nodes.train.trained import Network, Weights
from nodes.values import F, Latent

if TYPE_CHECKING:
    from pathlib import Path

Noise = Latent[Literal["gan"]]
"""float32 [B, N, 1, 1]: a batch of vectors of N numbers that a generator starts from."""


@dataclass(frozen=True, slots=True)
class Generator(Network[F]):
    """Makes pictures out of noise, or out of other pictures."""

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Read a file that was exported, or one of another program. See ``nodes.gan.layouts``."""
        from nodes.gan.layouts import read

        return read(path, "generator")


@dataclass(frozen=True, slots=True)
class Discriminator(Network[F]):
    """Tells how real pictures look."""

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Read a file that was exported, or one of another program. See ``nodes.gan.layouts``."""
        from nodes.gan.layouts import read

        return read(path, "discriminator")
