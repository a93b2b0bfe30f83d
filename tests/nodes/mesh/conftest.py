from pathlib import Path
from typing import Any

import pytest

from engine import Folder, OnDevice
from nodes.mesh.shap_e import load
from tests.nodes.mesh import tiny


def resident(parts: Any, folder: Path) -> Any:
    """The parts of a model, as a run hands them to nodes."""
    built = {
        name: OnDevice(part, part.load(lambda _: folder))
        for name, part in parts._asdict().items()
        if name != "scheduler"
    }
    return parts._replace(**built)


@pytest.fixture(scope="session")
def text_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_text(tmp_path_factory.mktemp("shap-e"))


@pytest.fixture(scope="session")
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_image(tmp_path_factory.mktemp("shap-e-img2img"))


@pytest.fixture(scope="session")
def text_parts(text_folder: Path) -> Any:
    return resident(load.from_text_folder(Folder(text_folder, "text")), text_folder)


@pytest.fixture(scope="session")
def image_parts(image_folder: Path) -> Any:
    return resident(load.from_image_folder(Folder(image_folder, "image")), image_folder)


@pytest.fixture(scope="session")
def text_pipeline(text_folder: Path) -> Any:
    """The oracle: diffusers' own pipeline of the folder."""
    from diffusers.pipelines.shap_e.pipeline_shap_e import ShapEPipeline

    return _quiet(ShapEPipeline.from_pretrained(text_folder))


@pytest.fixture(scope="session")
def image_pipeline(image_folder: Path) -> Any:
    from diffusers.pipelines.shap_e.pipeline_shap_e_img2img import ShapEImg2ImgPipeline

    return _quiet(ShapEImg2ImgPipeline.from_pretrained(image_folder))


def _quiet(pipeline: Any) -> Any:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
