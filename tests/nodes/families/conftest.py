"""What most tests of families make of the tiny folder that their module's ``folder`` gives."""

from pathlib import Path
from typing import Any

import pytest

from tests.nodes.diffusion.sampling import Loaded, loaded_from
from tests.nodes.families import parity


@pytest.fixture(scope="module")
def loaded(folder: Path) -> Loaded:
    return loaded_from(folder)


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Any:
    """The oracle."""
    return parity.pipeline_of(folder)
