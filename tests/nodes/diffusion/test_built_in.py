"""The built-in model: the nodes give the bytes of diffusers' pipelines on it, too.

Diffusers' inpainting pipeline takes latents of 4 channels only, so that there the tiny model has to do.
"""

from typing import Any

import pytest

from engine.settings import BUILT_IN
from tests.nodes.diffusion import sampling
from tests.nodes.diffusion.sampling import (
    SIZE,
    Choice,
    Loaded,
    another_pipeline,
    loaded_from,
    picture,
    pipeline_of,
)
from tests.nodes.diffusion.test_exactness import (
    SEVERAL,
    SEVERAL_FROM_PICTURES,
    STEPS,
    as_tensor,
    assert_same,
    latents_of,
)

MODEL = BUILT_IN / "nodes" / "models" / "emoji"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return loaded_from(MODEL)


@pytest.fixture(scope="module")
def pipeline() -> Any:
    return pipeline_of(MODEL)


@SEVERAL
def test_text_to_image(choice: Choice, loaded: Loaded, pipeline: Any) -> None:
    expected = latents_of(pipeline, choice, height=SIZE, width=SIZE)

    assert_same(sampling.text_to_image(loaded, choice.run(loaded.scheduler, STEPS)), expected)


@SEVERAL_FROM_PICTURES
def test_image_to_image(choice: Choice, loaded: Loaded, pipeline: Any) -> None:
    made = another_pipeline("StableDiffusionImg2ImgPipeline", pipeline)
    expected = latents_of(made, choice, image=as_tensor(picture()), strength=0.7)

    run = choice.run(loaded.scheduler, STEPS, strength=0.7)
    assert_same(sampling.image_to_image(loaded, run, picture()), expected)
