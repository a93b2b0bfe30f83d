from pathlib import Path
from typing import Any

import diffusers
import pytest

from engine import Folder, OnDevice
from nodes.checkpoints import load
from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import Loaded, silent


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def loaded(folder: Path) -> Loaded:
    """The tiny model's parts, as a run hands them to nodes."""
    parts = load.from_folder(Folder(folder, "tiny"))
    return Loaded(
        resident(parts.unet, folder),
        resident(parts.vae, folder),
        resident(parts.text_encoder, folder),
        parts.scheduler,
    )


def resident(handle: Any, folder: Path) -> Any:
    return OnDevice(handle, handle.load(lambda _: folder))


@pytest.fixture(scope="session")
def pipeline(folder: Path) -> Any:
    """The oracle: diffusers' own pipeline on the same folder."""
    made: Any = diffusers
    return silent(made.StableDiffusionPipeline.from_pretrained(folder))
