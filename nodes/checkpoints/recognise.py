"""Which family a diffusion model belongs to, as loaders ask for it; ``nodes.recognise`` tells it."""

from __future__ import annotations

from collections.abc import Mapping

from nodes.checkpoints.header import Entry
from nodes.recognise.matching import match


def denoiser_of_file(entries: Mapping[str, Entry]) -> tuple[str, str]:
    """Name family and variant of a single file's denoiser; both empty when it holds none that is known."""
    found = match(entries)
    return (found.family, found.variant) if found is not None and found.kind == "denoiser" else ("", "")
