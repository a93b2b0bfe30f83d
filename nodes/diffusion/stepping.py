"""A diffusers scheduler as a pure function: an object is made from a value, steps once, and leaves a value.

Diffusers' schedulers keep what they learn from step to step in attributes: a step index, the last
predictions of a multistep solver, the sample in the middle of a second-order step. Here the object just after
``set_timesteps`` is built once and never changed; each turn steps a shallow copy of it that has the
attributes of a ``SchedulerState`` laid over it, and what then differs from the untouched object is the next
state. So a loop can stop after any turn and go on in another process with the same bytes.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.errors import KnotworkError
from nodes.library_lock import library_lock
from nodes.values import Scheduler, SchedulerState

if TYPE_CHECKING:
    import torch

PLAIN = (type(None), bool, int, float, str)
SEED = "noise_sampler_seed"


def scheduler_class(name: str) -> Any:
    """The diffusers class of this name, or what stands for it where its ``step`` is unlike all others."""
    with library_lock:
        from diffusers import schedulers

        from nodes.diffusion.cogvideox_dpm import cogvideox_dpm

        return cogvideox_dpm() if name == "CogVideoXDPMScheduler" else getattr(schedulers, name)


@lru_cache(maxsize=32)
def untouched(scheduler: Scheduler, device: str) -> Any:
    """The scheduler's object as it is before the first step; read it, never step it.

    Args:
        scheduler: Class, config and steps.
        device: Where its tables of timesteps lie.
    """
    made = scheduler_class(scheduler.name)(**json.loads(scheduler.config))
    shift = {} if scheduler.shift is None else {"mu": scheduler.shift}
    if scheduler.sigmas is None:
        made.set_timesteps(scheduler.steps, device=device, **shift)
    else:
        made.set_timesteps(sigmas=list(scheduler.sigmas), device=device, **shift)
    if scheduler.start is not None and hasattr(made, "set_begin_index"):
        made.set_begin_index(scheduler.start)
    if hasattr(made, "is_scale_input_called"):
        made.is_scale_input_called = True  # else a step on a fresh copy warns that nobody scaled its input
    return made


def timestep(scheduler: Scheduler, state: SchedulerState, device: str) -> torch.Tensor:
    """The timestep of the next turn, with no dimensions."""
    return untouched(scheduler, device).timesteps[(scheduler.start or 0) + state.turn]


def turns_left(scheduler: Scheduler, state: SchedulerState) -> int:
    """Model evaluations still to do."""
    stop = len(untouched(scheduler, "cpu").timesteps) if scheduler.stop is None else scheduler.stop
    return stop - (scheduler.start or 0) - state.turn


def resume(scheduler: Scheduler, state: SchedulerState, device: str) -> Any:
    """An object of its own that goes on from a state."""
    fresh = untouched(scheduler, device)
    made = object.__new__(type(fresh))
    attributes = {**vars(fresh), **state.attributes}
    made.__dict__.update({name: _own(value, device) for name, value in attributes.items()})
    return made


def _own(value: Any, device: str) -> Any:
    """Schedulers shift lists in place; samples that came out of a store are on the CPU."""
    import torch

    if isinstance(value, list):
        return [_own(item, device) for item in value]
    return value.to(device) if isinstance(value, torch.Tensor) and value.ndim > 1 else value


def state_of(used: Any, scheduler: Scheduler, turn: int, device: str) -> SchedulerState:
    """What a stepped object has that the untouched one doesn't."""
    before = vars(untouched(scheduler, device))
    after = vars(used).items()
    changed = {name: value for name, value in after if _is_value(value) and not _same(value, before, name)}
    return SchedulerState(changed, turn)


def _is_value(value: Any) -> bool:
    """Whether it belongs into a state; a Brownian path does not: it is made again from its seed."""
    import torch

    if isinstance(value, list):
        return all(_is_value(item) for item in value)
    return isinstance(value, (*PLAIN, torch.Tensor))


def _same(value: Any, before: Mapping[str, Any], name: str) -> bool:
    if name not in before:
        return False
    other = before[name]
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(map(_equal, value, other))
    return _equal(value, other)


def _equal(value: Any, other: Any) -> bool:
    return value is other or (isinstance(value, PLAIN) and type(value) is type(other) and value == other)


def step_arguments(used: Any, scheduler: Scheduler, state: SchedulerState, generator: Any) -> dict[str, Any]:
    """What the class's ``step`` takes beside prediction, timestep and sample."""
    if getattr(used, SEED, 0) is None:
        # Left alone, diffusers would draw this seed from the process's global generator
        used.noise_sampler_seed = int(generator.initial_seed())
    offered: dict[str, Callable[[], Any]] = {
        "generator": lambda: generator,
        "eta": lambda: scheduler.eta,
        "prev_timestep": lambda: _following(used, scheduler, state),
    }
    return {name: offered[name]() for name in _extra_parameters(type(used)) & offered.keys()}


def clean_sample(taken: Any) -> torch.Tensor | None:
    """The clean sample that a step's result foretells; None for the schedulers that keep it to themselves."""
    found = getattr(taken, "pred_original_sample", None)
    return getattr(taken, "denoised", None) if found is None else found


def _following(used: Any, scheduler: Scheduler, state: SchedulerState) -> Any:
    index = (scheduler.start or 0) + state.turn + 1
    return used.timesteps[index] if index < len(used.timesteps) else None


@lru_cache(maxsize=64)
def _extra_parameters(cls: Any) -> frozenset[str]:
    return frozenset(inspect.signature(cls.step).parameters)


def add_noise_to(
    samples: torch.Tensor, noise: torch.Tensor, scheduler: Scheduler, state: SchedulerState
) -> torch.Tensor:
    """Clean samples at the noise level of the next turn, or as they are when there is none."""
    import torch

    if turns_left(scheduler, state) < 1:
        return samples
    device = str(samples.device)
    used, level = resume(scheduler, state, device), timestep(scheduler, state, device).reshape(1)
    with torch.no_grad():
        if hasattr(used, "add_noise"):
            return used.add_noise(samples, noise.to(device), level)
        if hasattr(used, "scale_noise"):
            return used.scale_noise(samples, level, noise.to(device))
    cure = "Choose another scheduler, or start from noise alone."
    raise KnotworkError(f"expected a scheduler that adds noise to a picture, got {scheduler.name}. {cure}")
