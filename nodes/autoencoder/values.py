"""The values of autoencoders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nodes.train.trained import Network, Weights, exported
from nodes.values import F, Latent

if TYPE_CHECKING:
    from pathlib import Path

FAMILY = "autoencoder"
PART = "autoencoder"
"""Name of the network in a train state."""
Codes = Latent[Literal["autoencoder"]]
"""float32 [B, D, 1, 1]: vectors of D numbers; or [B, D, H, W]: such a vector for each cell of a picture."""


@dataclass(frozen=True, slots=True)
class Autoencoder(Network[F]):
    """Turns pictures into codes, and codes into pictures."""

    @classmethod
    def read(cls, path: Path) -> Weights:
        """Read a file that was exported."""
        return exported(path, "an autoencoder", ("VectorAutoencoder", "VQModel"))
