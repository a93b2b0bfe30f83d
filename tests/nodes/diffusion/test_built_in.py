"""The built-in model: the nodes give the bytes of diffusers' pipelines on it, too.

Diffusers' inpainting pipeline takes latents of 4 channels only, so that there the tiny model has to do.
"""

from typing import Any

import pytest

from engine.settings import BUILT_IN
from tests.nodes.diffusion.sampling import Loaded, loaded_from, pipeline_of
from tests.nodes.diffusion.test_exactness import test_image_to_image, test_text_to_image

__all__ = ["test_image_to_image", "test_text_to_image"]

MODEL = BUILT_IN / "nodes" / "models" / "emoji"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return loaded_from(MODEL)


@pytest.fixture(scope="module")
def pipeline() -> Any:
    return pipeline_of(MODEL)
