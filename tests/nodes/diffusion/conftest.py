from pathlib import Path
from typing import Any

import pytest

from tests.nodes.diffusion import tiny
from tests.nodes.diffusion.sampling import Loaded, loaded_from, pipeline_of


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def loaded(folder: Path) -> Loaded:
    return loaded_from(folder)


@pytest.fixture(scope="session")
def pipeline(folder: Path) -> Any:
    return pipeline_of(folder)
