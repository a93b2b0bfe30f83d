"""Autoencoders from files."""

from __future__ import annotations

from typing import Annotated, Any

from engine import File, Within, node
from nodes.autoencoder.values import Autoencoder

BUILT_IN = "digits_vae/plane.safetensors"


@node("load.autoencoder")
def from_file(
    file: Annotated[File, Within("models", (".safetensors",), ("autoencoder", "vae"))] = BUILT_IN,  # pyright: ignore[reportArgumentType] # a name; the engine finds the file
) -> Autoencoder[Any]:
    """Load an autoencoder that a training graph gave.

    Args:
        file: Its weights. Two of handwritten digits are built in: ``digits_vae/plane.safetensors`` with codes
            of two numbers, and ``digits_vae/conditional.safetensors``, which is told the digit.
    """
    return Autoencoder(file.digest)
