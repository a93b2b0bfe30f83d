"""Small pictures, and small pictures drawn larger: DeepFloyd IF, Stable Diffusion ×4, LDM."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Folder
from nodes.checkpoints.noising import noising
from nodes.checkpoints.refusal import CheckpointRefused
from nodes.diffusion.cascade import low_resolution
from nodes.diffusion.latent import noise
from nodes.diffusion.refusal import StepRefused
from nodes.diffusion.scheduler import scheduler, start
from nodes.vae import PictureRefused, decode
from nodes.values import Image
from tests.nodes.diffusion.sampling import Loaded, Turn, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, STEPS, assert_same
from tests.nodes.families.tiny_cascades import save_if, save_ldm, save_x4

TEXTS = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "guidance_scale": SCALE}
SAME = 2e-5
"""DeepFloyd's saved weights give numbers that differ by so much from those they were saved of."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cascades")


@pytest.fixture(scope="module")
def first(folder: Path) -> Path:
    return save_if(folder / "if")


@pytest.fixture(scope="module")
def larger(folder: Path) -> Path:
    return save_if(folder / "larger", larger=True)


@pytest.fixture(scope="module")
def x4(folder: Path) -> Path:
    return save_x4(folder / "x4")


@pytest.fixture(scope="module")
def ldm(folder: Path) -> Path:
    return save_ldm(folder / "ldm")


def pixels(image: Image) -> torch.Tensor:
    """As the pipelines take a picture: [B, C, H, W], -1..1."""
    return parity.as_tensor(image) * 2 - 1


def enlarged(loaded: Loaded, schedule: Any, *texts: Any, level: int = 20, **size: int) -> list[Turn]:
    """A run whose noise is drawn before that of the small picture, as DeepFloyd's is."""
    side = size.get("width", 16) * loaded.vae.handle.factor
    drawn = noise(loaded.vae.handle, side, side, seed=SEED)
    seen = low_resolution(
        parity.picture(16), loaded.vae.handle, *texts, noising=schedule, level=level, rng=drawn.rng, **size
    )
    run = scheduler(loaded.scheduler, steps=STEPS, latent=drawn.latent)
    begin = Turn(start(run.scheduler, drawn.latent), run.state, seen.rng)
    return parity.turns(
        loaded, run, begin, seen.positive, seen.negative if texts else None, SCALE, seen.extra
    )


def test_if_draws_small(first: Path) -> None:
    loaded, pipeline = loaded_from(first), parity.pipeline_of(first)
    expected = parity.stepped(pipeline, **TEXTS, output_type="pt")

    assert_same(parity.sample(loaded, *parity.texts(loaded), size=(32, 32)), expected)


def test_if_draws_larger(larger: Path) -> None:
    loaded, pipeline = loaded_from(larger), parity.pipeline_of(larger)
    schedule = noising(Folder(larger, "larger"))
    expected = parity.stepped(
        pipeline, **TEXTS, image=pixels(parity.picture(16)), noise_level=250, output_type="pt"
    )

    turns = enlarged(loaded, schedule, *parity.texts(loaded), level=250, width=32, height=32)
    assert_same(turns, expected)


def test_if_saved_and_loaded_again(first: Path, tmp_path: Path) -> None:
    again = loaded_from(parity.saved_again(first, tmp_path / "again"))
    loaded = loaded_from(first)

    before, after = (parity.sample(one, *parity.texts(one), size=(32, 32))[-1] for one in (loaded, again))
    assert torch.allclose(before.latent.samples, after.latent.samples, atol=SAME)


def test_x4(x4: Path) -> None:
    """Its pipeline draws the small picture's noise before the latent's."""
    loaded, pipeline = loaded_from(x4), parity.pipeline_of(x4)
    small = parity.picture(16)
    expected = parity.stepped(pipeline, **TEXTS, image=parity.as_tensor(small), output_type="np")

    positive, negative = parity.texts(loaded)
    schedule = noising(Folder(x4, "x4"))
    seen = low_resolution(small, loaded.vae.handle, positive, negative, noising=schedule, seed=SEED)
    drawn = noise(loaded.vae.handle, 64, 64, rng=seen.rng)
    run = scheduler(loaded.scheduler, steps=STEPS, latent=drawn.latent)
    begin = Turn(start(run.scheduler, drawn.latent), run.state, drawn.rng)
    turns = parity.turns(loaded, run, begin, seen.positive, seen.negative, SCALE, seen.extra)
    assert_same(turns, expected)
    assert decode(loaded.vae, turns[-1].latent).pixels.shape == (1, 64, 64, 3)


def test_x4_without_a_small_picture_is_refused(x4: Path) -> None:
    loaded = loaded_from(x4)

    with pytest.raises(StepRefused, match=r"expected a small picture, got none\. Link diffusion\.low_resol"):
        parity.sample(loaded, *parity.texts(loaded))


def test_a_small_picture_with_alpha_is_refused() -> None:
    with pytest.raises(PictureRefused, match=r"expected pictures without alpha.* image\.flatten"):
        low_resolution(Image(torch.ones(1, 8, 8, 4)))


def test_ldm(ldm: Path) -> None:
    loaded, pipeline = loaded_from(ldm), parity.pipeline_of(ldm)
    given = {"image": pixels(parity.picture(16)), "generator": torch.Generator().manual_seed(SEED)}
    expected = parity.stepped(pipeline, **given, output_type="pt")
    given["generator"] = torch.Generator().manual_seed(SEED)
    picture = pipeline(**given, num_inference_steps=STEPS, output_type="np").images

    turns = enlarged(loaded, None)
    assert_same(turns, expected)
    assert torch.equal(decode(loaded.vae, turns[-1].latent).pixels, torch.from_numpy(picture))


@pytest.mark.parametrize("name", ["x4", "ldm"])
def test_saved_and_loaded_again(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder = request.getfixturevalue(name)
    loaded, again = loaded_from(folder), loaded_from(parity.saved_again(folder, tmp_path / "again"))

    state, kept = loaded.denoiser.model.state_dict(), again.denoiser.model.state_dict()
    assert state.keys() == kept.keys()
    assert all(torch.equal(value, kept[part]) for part, value in state.items())


def test_a_model_that_was_shown_no_noise_has_no_schedule_for_it(ldm: Path) -> None:
    with pytest.raises(CheckpointRefused, match="expected a folder image_noising_scheduler or low_res_sch"):
        noising(Folder(ldm, "ldm"))
