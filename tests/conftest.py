import os
import shutil
import tempfile

import pytest
from hypothesis import settings

# Set before anything imports torch or huggingface_hub, which read these once. One thread per process keeps
# sums in one order on every machine and leaves the cores to the test workers.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"

# Examples are the same on every run; how long one takes depends on the machine.
settings.register_profile("knotwork", derandomize=True, deadline=None)
settings.load_profile("knotwork")

home = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Give every test process an empty home: no test sees, or leaves, a user's results."""
    config.stash[home] = tempfile.mkdtemp(prefix="knotwork-test-")
    os.environ["KNOTWORK_HOME"] = config.stash[home]


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[home], ignore_errors=True)
