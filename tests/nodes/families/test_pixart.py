from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.diffusion.conditioning_blend import concat
from nodes.diffusion.refusal import StepRefused
from nodes.vae import decode
from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity
from tests.nodes.families.parity import NEGATIVE, PROMPT, SCALE, SEED, SIZE, STEPS, assert_same
from tests.nodes.families.tiny_pixart import save

GIVEN = {
    "prompt": PROMPT,
    "negative_prompt": NEGATIVE,
    "guidance_scale": SCALE,
    "height": SIZE,
    "width": SIZE,
    "use_resolution_binning": False,
    "clean_caption": False,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("pixart"))


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return loaded_from(folder)


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Any:
    return parity.pipeline_of(folder)


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    expected = parity.stepped(pipeline, **GIVEN, output_type="latent")

    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected)


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    generator = torch.Generator().manual_seed(SEED)
    more = {"num_inference_steps": STEPS, "generator": generator, "output_type": "np"}
    expected = pipeline(**GIVEN, **more).images

    turns = parity.sample(loaded, *parity.texts(loaded))
    assert torch.equal(decode(loaded.vae, turns[-1].latent).pixels, torch.from_numpy(expected))


def test_two_texts_behind_each_other(loaded: Loaded) -> None:
    both = concat(*parity.texts(loaded))

    assert parity.sample(loaded, both)[-1].latent.samples.isfinite().all()


def test_another_models_latent_is_refused(loaded: Loaded) -> None:
    other = replace(loaded, vae=replace(loaded.vae, handle=replace(loaded.vae.handle, channels=5)))

    with pytest.raises(StepRefused, match=r"expected 4 channels, got 5\. Link the model's own VAE"):
        parity.sample(other, *parity.texts(loaded))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    again = loaded_from(parity.saved_again(folder, tmp_path / "again"))

    before, after = (parity.sample(one, *parity.texts(one)) for one in (loaded, again))
    assert_same(after, [turn.latent.samples for turn in before])
