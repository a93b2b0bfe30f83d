import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.diffusion.label import label
from nodes.diffusion.latent import noise
from nodes.diffusion.predict import predict
from nodes.diffusion.scheduler import scheduler
from tests.nodes.diffusion.sampling import WATCHED, Loaded, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import SEED, STEPS, assert_same
from tests.nodes.families.tiny_pixels import save_ddpm

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


def test_a_class_is_told_by_its_number(tmp_path: Path) -> None:
    loaded = loaded_from(save_ddpm(tmp_path / "classes", num_class_embeds=10))
    drawn = noise(loaded.vae.handle, *SIDE, seed=SEED)
    run = scheduler(loaded.scheduler, steps=STEPS)
    predicted = predict(loaded.denoiser, run.scheduler, run.state, drawn.latent, WATCHED, label(3))

    with torch.no_grad():
        noisy, moment = drawn.latent.samples, torch.tensor(run.timesteps[0])
        expected = loaded.denoiser.model(noisy, moment, class_labels=torch.tensor([3])).sample
    assert torch.equal(predicted.samples, expected)
