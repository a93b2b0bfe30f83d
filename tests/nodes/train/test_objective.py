from typing import Any

import pytest
import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from engine.errors import ValueRefused
from nodes.train.objective import Objective, draw_levels, schedule, targets
from nodes.values import SchedulerConfig

LEVELS = torch.tensor([0, 1, 250, 500, 998, 999])
CLEAN, NOISE = torch.randn(2, 6, 2, 1, 1, generator=torch.Generator().manual_seed(0)).unbind()


def test_flow_matching_mixes_as_diffusers_does_and_asks_for_the_direction() -> None:
    noisy, timesteps, wanted = targets(schedule("flow matching"), CLEAN, NOISE, LEVELS)
    theirs: Any = FlowMatchEulerDiscreteScheduler()

    assert torch.equal(noisy, theirs.scale_noise(CLEAN, timesteps, NOISE))
    assert torch.equal(timesteps, theirs.timesteps[LEVELS])
    assert torch.equal(wanted, NOISE - CLEAN)


@pytest.mark.parametrize("objective", ["diffusion, velocity", "diffusion, noise"])
def test_diffusion_mixes_and_asks_as_diffusers_does(objective: Objective) -> None:
    noisy, timesteps, wanted = targets(schedule(objective), CLEAN, NOISE, LEVELS)
    theirs: Any = DDPMScheduler()
    velocity = theirs.get_velocity(CLEAN, NOISE, LEVELS)

    assert torch.equal(noisy, theirs.add_noise(CLEAN, NOISE, LEVELS))
    assert torch.equal(timesteps, LEVELS)
    assert torch.equal(wanted, velocity if objective == "diffusion, velocity" else NOISE)


def test_a_schedule_that_nothing_here_teaches_is_refused() -> None:
    for name, config, told in [
        ("DDIMScheduler", '{"prediction_type":"sample"}', "sample"),
        ("FlowMatchHeunDiscreteScheduler", "{}", "FlowMatchHeunDiscreteScheduler"),
    ]:
        with pytest.raises(ValueRefused, match=f"expected a schedule of v_prediction or epsilon.*got {told}"):
            targets(SchedulerConfig(name, config), CLEAN, NOISE, LEVELS)


@pytest.mark.parametrize("objective", ["flow matching", "diffusion, velocity"])
def test_all_levels_are_equally_likely(objective: Objective) -> None:
    levels = draw_levels(schedule(objective), 4000, torch.Generator().manual_seed(0))

    assert (int(levels.min()), int(levels.max())) == pytest.approx((0, 999), abs=5)
    assert float(levels.float().mean()) == pytest.approx(499.5, abs=15)
