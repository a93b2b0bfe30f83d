from pathlib import Path
from typing import Any

import pytest

from engine import Folder, OnDevice
from nodes.mesh.shap_e import load
from tests.nodes.mesh import tiny


def resident(handle: Any, folder: Path) -> OnDevice[Any]:
    return OnDevice(handle, handle.load(lambda _: folder))


@pytest.fixture(scope="session")
def text_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_text(tmp_path_factory.mktemp("shap-e"))


@pytest.fixture(scope="session")
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_image(tmp_path_factory.mktemp("shap-e-img2img"))


@pytest.fixture(scope="session")
def text_parts(text_folder: Path) -> load.TextParts:
    """The parts of the model that reads texts, as a run hands them to nodes."""
    parts = load.from_text_folder(Folder(text_folder, "text"))
    return load.TextParts(*(resident(part, text_folder) for part in parts[:3]), parts.scheduler)


@pytest.fixture(scope="session")
def image_parts(image_folder: Path) -> load.ImageParts:
    """The parts of the model that looks at pictures, as a run hands them to nodes."""
    parts = load.from_image_folder(Folder(image_folder, "image"))
    return load.ImageParts(*(resident(part, image_folder) for part in parts[:3]), parts.scheduler)


@pytest.fixture(scope="session")
def text_pipeline(text_folder: Path) -> Any:
    """The oracle: diffusers' own pipeline of the folder."""
    from diffusers import ShapEPipeline

    return _quiet(ShapEPipeline.from_pretrained(text_folder))


@pytest.fixture(scope="session")
def image_pipeline(image_folder: Path) -> Any:
    from diffusers import ShapEImg2ImgPipeline

    return _quiet(ShapEImg2ImgPipeline.from_pretrained(image_folder))


def _quiet(pipeline: Any) -> Any:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
