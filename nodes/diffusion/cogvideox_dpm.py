"""CogVideoX's DPM-Solver++ as the other schedulers are: what it learnt at the last step is an attribute."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@cache
def cogvideox_dpm() -> Any:
    """A ``CogVideoXDPMScheduler`` whose ``step`` takes what every other's takes."""
    from diffusers.schedulers.scheduling_ddim import DDIMSchedulerOutput
    from diffusers.schedulers.scheduling_dpm_cogvideox import CogVideoXDPMScheduler

    class SteppedAsOthers(CogVideoXDPMScheduler):
        clean_before: torch.Tensor | None = None
        timestep_before: int | None = None

        def step(  # pyright: ignore[reportIncompatibleMethodOverride] # that is what it is for
            self,
            model_output: Any,
            timestep: Any,
            sample: Any,
            eta: float = 0.0,
            generator: Any = None,
            return_dict: bool = True,
        ) -> DDIMSchedulerOutput | tuple[torch.Tensor, ...]:
            before: Any = self.clean_before
            back: Any = self.timestep_before
            taken: Any = super().step(
                model_output, before, timestep, back, sample, eta=eta, generator=generator, return_dict=False
            )
            self.clean_before, self.timestep_before = taken[1], int(timestep)
            return DDIMSchedulerOutput(taken[0], taken[1]) if return_dict else taken

    return SteppedAsOthers
