"""A run shared by two models: one begins it, the other ends it (arXiv 2307.01952, section 2.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nodes.values import Scheduler


def part(scheduler: Scheduler, ready: Any, begin: float, end: float) -> Scheduler:
    """Limit a run to a part of the noise, as Stable Diffusion XL's pipelines do.

    Args:
        scheduler: The whole run.
        ready: Its object in diffusers.
        begin: Part of the training timesteps, 0..1, that lie behind another model's run.
        end: Part of them after which the rest is left to another model's.
    """
    timesteps, order = ready.timesteps, getattr(ready, "order", 1)
    if begin > 0:
        left = int((timesteps < _cutoff(ready, begin)).sum())
        # A second-order scheduler's timesteps come twice, but for the first: a step isn't cut in the middle
        left += order == 2 and left % 2 == 0
        scheduler = replace(scheduler, start=len(timesteps) - left, begun=True)
    if end < 1:
        first = scheduler.start or 0
        scheduler = replace(scheduler, stop=first + int((timesteps[first:] >= _cutoff(ready, end)).sum()))
    return scheduler


def _cutoff(ready: Any, share: float) -> int:
    trained: int = ready.config.num_train_timesteps
    return round(trained - share * trained)
