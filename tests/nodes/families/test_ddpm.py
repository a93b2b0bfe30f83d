import json
import shutil
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from diffusers.models.unets.unet_2d import UNet2DModel

from engine.errors import ValueRefused
from nodes.diffusion.label import label, labels
from nodes.diffusion.latent import noise
from nodes.diffusion.refusal import StepRefused
from nodes.values import Conditioning
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import SEED, STEPS, assert_same
from tests.nodes.families.tiny_pixels import DDIM, FLOW, save_ddpm

SIDE = (32, 32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_ddpm(tmp_path_factory.mktemp("ddpm"))


@pytest.mark.parametrize("name", ["DDPMScheduler", "DDIMScheduler"])
def test_it_draws_from_noise_alone(name: str, loaded: Loaded, folder: Path) -> None:
    pipeline = parity.pipeline_of(folder, name.replace("Scheduler", "Pipeline"))
    expected = parity.stepped(pipeline)

    assert_same(parity.sample(loaded, None, size=SIDE, ports={"name": name}), expected)


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    parity.assert_decoded_same(pipeline, loaded, parity.sample(loaded, None, size=SIDE))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: parity.sample(one, None, size=SIDE))


def test_a_small_models_parts_may_lie_in_its_own_folder(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    """As Google's first models do."""
    for part in ("unet", "scheduler"):
        shutil.copytree(folder / part, tmp_path / "flat", dirs_exist_ok=True)
    shutil.copy(folder / "model_index.json", tmp_path / "flat")
    flat = loaded_from(tmp_path / "flat")

    before, after = (parity.sample(one, None, size=SIDE) for one in (loaded, flat))
    assert_same(after, [turn.latent.samples for turn in before])


CLASSES: dict[str, Any] = {"num_class_embeds": 11, "in_channels": 1, "out_channels": 1}
"""Ten, and one that stands for none; grey pictures."""
SCHEDULERS = {"diffusion": DDIM | {"prediction_type": "v_prediction"}, "flow matching": FLOW}


@pytest.fixture(scope="module", params=SCHEDULERS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes")
    return save_ddpm(folder, SCHEDULERS[request.param], **CLASSES)


def guided(folder: Path, numbers: list[int], scale: float) -> list[torch.Tensor]:
    """Sample as diffusers' users do who have a U-Net with classes and no pipeline for it."""
    unet = UNet2DModel.from_pretrained(folder / "unet").eval()
    name = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())["_class_name"]
    scheduler: Any = getattr(diffusers, name).from_pretrained(folder / "scheduler")
    scheduler.set_timesteps(STEPS)
    classes = torch.tensor([10] * len(numbers) + numbers)
    samples = torch.randn(len(numbers), 1, *SIDE, generator=torch.Generator().manual_seed(SEED))
    kept: list[torch.Tensor] = []
    for moment in scheduler.timesteps:
        with torch.no_grad():
            none, some = unet(torch.cat([samples] * 2), moment, classes).sample.chunk(2)
        samples = scheduler.step(none + scale * (some - none), moment, samples).prev_sample
        kept.append(samples)
    return kept


def test_classes_are_drawn_with_guidance_by_diffusion_and_by_flow_matching(told: Path) -> None:
    loaded = loaded_from(told)
    begun = noise(loaded.vae.handle, *SIDE, batch=4, seed=SEED).latent
    turns = parity.sample(loaded, labels([3, 3, 7, 0]), label(-1), scale=2.0, size=SIDE, begin=begun)

    assert_same(turns, guided(told, [3, 3, 7, 0], 2.0))


def test_each_class_is_drawn_equally_often(told: Path) -> None:
    loaded = loaded_from(told)
    begun = noise(loaded.vae.handle, *SIDE, batch=4, seed=SEED).latent
    twice, each = (
        parity.sample(loaded, labels(numbers), labels([-1]), scale=2.0, size=SIDE, begin=begun)
        for numbers in ([1, 2], [1, 1, 2, 2])
    )

    assert_same(twice, [turn.latent.samples for turn in each])


@pytest.mark.parametrize(
    ("positive", "problem"),
    [
        (None, r"expected a class, got none\. Link conditioning\.label"),
        (label(11), "expected a class from 0 to 10, got 11"),
    ],
)
def test_a_class_that_a_model_does_not_know_is_refused(
    positive: Conditioning[Any] | None, problem: str, told: Path
) -> None:
    with pytest.raises(StepRefused, match=problem):
        parity.sample(loaded_from(told), positive, size=SIDE)


def test_a_model_without_classes_is_told_none(loaded: Loaded) -> None:
    with pytest.raises(StepRefused, match="expected no class for this model, got one"):
        parity.sample(loaded, label(3), size=SIDE)


def test_numbers_that_stand_for_no_class_are_refused() -> None:
    with pytest.raises(ValueRefused, match="expected numbers of classes, or -1 for none, got -2"):
        labels([3, -2])
