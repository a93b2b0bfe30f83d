"""The parts of a Shap-E model as handles. Shapes: T vectors of a latent, D their width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nodes.values import F, Model

if TYPE_CHECKING:
    from engine.declare.handle import Find


class _Part(Model[F]):
    def load(self, find: Find) -> Any:
        """Build the module. See ``nodes.mesh.shap_e.folder``."""
        from nodes.library_lock import library_lock
        from nodes.mesh.shap_e.folder import build

        with library_lock:
            return build(self, find)


@dataclass(frozen=True, slots=True)
class ShapEPrior(_Part[F]):
    """Denoises the weights of an implicit function, as a sequence of vectors.

    Attributes:
        vectors: T, how many vectors a latent has.
        width: D, the width of each.
    """

    vectors: int = 1024
    width: int = 1024


class ShapETextEncoder(_Part[F]):
    """A tokenizer with CLIP's text encoder and its projection."""


class ShapERenderer(_Part[F]):
    """Turns a latent into an implicit function, and that into a surface or into views."""
