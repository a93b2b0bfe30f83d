"""Pictures that a model looks at while it draws another: FLUX.1 Kontext, FLUX.2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine import node
from nodes.diffusion.extra import REFERENCE
from nodes.values import Conditioning, F, Latent

if TYPE_CHECKING:
    import torch


@node("conditioning.reference")
def show(conditioning: Conditioning[F], latent: Latent[F]) -> Conditioning[F]:
    """Show a model a picture beside the text, such as one that the text says how to change.

    For several pictures put several of these in a row; the text may speak of the first, the second.

    Args:
        conditioning: The text.
        latent: The picture, encoded by the model's VAE; of any size.
    """

    def shown(extra: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {**extra, f"{REFERENCE}-{len(references(extra)) + 1:03}": latent.samples}

    return replace(
        conditioning, items=[replace(item, extra=shown(item.extra)) for item in conditioning.items]
    )


def references(extra: Mapping[str, torch.Tensor]) -> list[torch.Tensor]:
    """The pictures among what a conditioning says, in order, [B, C, H, W] each."""
    return [extra[name] for name in sorted(extra) if name.startswith(REFERENCE)]
