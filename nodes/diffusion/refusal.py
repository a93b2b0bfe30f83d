"""Why a denoiser can't be asked."""

from __future__ import annotations

from engine.errors import KnotworkError


class StepRefused(KnotworkError):
    """A denoiser can't take what it was given."""
