"""Models that spandrel reads and that want more than any picture: a mask, or a face."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from engine import File, Within, node
from engine.declare.handle import Find
from nodes.checkpoints.upscaler import SUFFIXES, build
from nodes.library_lock import library_lock
from nodes.values import F, Model


class Inpainter(Model[F]):
    """Fills what a mask marks."""

    def load(self, find: Find) -> Any:
        """Build the module. See ``nodes.checkpoints.upscaler``."""
        with library_lock:
            return build(self, find, ("Inpainting",))


class FaceRestorer(Model[F]):
    """Restores the picture of a face."""

    def load(self, find: Find) -> Any:
        """Build the module. See ``nodes.checkpoints.upscaler``."""
        with library_lock:
            return build(self, find, ("FaceSR",))


@node("load.inpainter")
def inpainter(file: Annotated[File, Within("models", SUFFIXES, ("inpainter",))]) -> Inpainter:
    """Load a model that fills what a mask marks without being told what to draw: LaMa.

    It computes in float32, for PyTorch's Fourier transforms know no bfloat16.

    Args:
        file: Its weights; files other than ``.safetensors`` are read as plain data, without running what they
            may hold. TorchScript programs, such as ``big-lama.pt``, are refused.
    """
    return Inpainter(file.digest)


@node("load.face_restorer")
def face_restorer(
    file: Annotated[File, Within("models", SUFFIXES, ("face-restorer",))],
    dtype: Literal["float32", "bfloat16"] = "float32",
) -> FaceRestorer:
    """Load a model that restores faces: GFPGAN or RestoreFormer.

    Args:
        file: Its weights; files other than ``.safetensors`` are read as plain data, without running what they
            may hold.
        dtype: Precision of its weights in memory.
    """
    return FaceRestorer(file.digest, dtype=dtype)
