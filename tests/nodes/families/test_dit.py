from pathlib import Path
from typing import Any

import pytest
import torch

from nodes.diffusion.label import label
from nodes.diffusion.refusal import StepRefused
from nodes.vae import decode
from tests.nodes.diffusion.sampling import Loaded
from tests.nodes.families import parity
from tests.nodes.families.parity import SCALE, SEED, STEPS, assert_same
from tests.nodes.families.tiny_pixels import save_dit

SIDE = (16, 16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_dit(tmp_path_factory.mktemp("dit"))


def test_class_to_image(loaded: Loaded, pipeline: Any) -> None:
    expected = parity.stepped(pipeline, class_labels=[207], guidance_scale=SCALE)

    assert_same(parity.sample(loaded, label(207), label(-1), size=SIDE), expected)


def test_without_guidance(loaded: Loaded, pipeline: Any) -> None:
    expected = parity.stepped(pipeline, class_labels=[207], guidance_scale=1.0)

    assert_same(parity.sample(loaded, label(207), scale=1.0, size=SIDE), expected)


def test_the_picture(loaded: Loaded, pipeline: Any) -> None:
    """The pipeline multiplies by one over the factor where all others divide by it: the last bit differs."""
    expected = pipeline(
        class_labels=[207],
        guidance_scale=SCALE,
        num_inference_steps=STEPS,
        generator=torch.Generator().manual_seed(SEED),
        output_type="np",
    ).images

    turns = parity.sample(loaded, label(207), label(-1), size=SIDE)
    assert torch.allclose(decode(loaded.vae, turns[-1].latent).pixels, torch.from_numpy(expected), atol=1e-6)


def test_saved_and_loaded_again(loaded: Loaded, folder: Path, tmp_path: Path) -> None:
    parity.assert_kept(folder, loaded, tmp_path, lambda one: parity.sample(one, label(7), size=SIDE))


def test_a_class_that_it_does_not_know_is_refused(loaded: Loaded) -> None:
    with pytest.raises(StepRefused, match="expected a class from 0 to 999, got 1000"):
        parity.sample(loaded, label(1000), size=SIDE)


def test_a_text_is_refused(loaded: Loaded) -> None:
    with pytest.raises(StepRefused, match=r"expected a class, got none\. Link conditioning\.label"):
        parity.sample(loaded, None, size=SIDE)
