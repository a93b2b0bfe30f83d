from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.diffusion.conditioning_blend import blend, concat
from nodes.diffusion.refusal import StepRefused
from tests.nodes.diffusion.sampling import Loaded
from tests.nodes.families import parity
from tests.nodes.families.parity import assert_same
from tests.nodes.families.tiny_pixart import save

GIVEN = parity.GIVEN | {"use_resolution_binning": False, "clean_caption": False}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("pixart"))


def test_text_to_image(loaded: Loaded, pipeline: Any) -> None:
    expected = parity.stepped(pipeline, **GIVEN, output_type="latent")

    assert_same(parity.sample(loaded, *parity.texts(loaded)), expected)


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    turns = parity.sample(loaded, *parity.texts(loaded))
    parity.assert_decoded_same(pipeline, loaded, turns, **GIVEN)


def test_two_texts_behind_each_other(loaded: Loaded) -> None:
    both = concat(*parity.texts(loaded))

    assert parity.sample(loaded, both)[-1].latent.samples.isfinite().all()


def test_a_text_blended_with_nothing_of_a_longer_one_stays_as_it_is(loaded: Loaded) -> None:
    """To sums over more tokens, all of which are hidden."""
    positive, negative = parity.texts(loaded)
    expected = parity.sample(loaded, positive, negative)[-1].latent.samples

    same = parity.sample(loaded, blend(positive, negative, 0), negative)[-1].latent.samples
    longer = blend(positive, concat(negative, negative), 0)
    filled = parity.sample(loaded, longer, negative)[-1].latent.samples
    assert torch.equal(same, expected)
    assert torch.allclose(filled, expected, rtol=1e-4, atol=1e-4)


def test_another_models_latent_is_refused(loaded: Loaded) -> None:
    other = replace(loaded, vae=replace(loaded.vae, handle=replace(loaded.vae.handle, channels=5)))

    with pytest.raises(StepRefused, match=r"expected 4 channels, got 5\. Link the model's own VAE"):
        parity.sample(other, *parity.texts(loaded))


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: parity.sample(one, *parity.texts(one)))
