import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

METADATA = "Metadata-Version: 2.1\nName: my-nodes\nVersion: 0.1.0\n"


@pytest.fixture
def pack(cli: Cli) -> Path:
    """A pack as it was written."""
    assert cli("new-pack", "my-nodes").stdout == "my-nodes\n"
    return Path("my-nodes").absolute()


def run(pack: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the pack where an install puts it."""
    environment = os.environ | {"PYTHONPATH": str(pack)}
    return subprocess.run(
        [sys.executable, *words], cwd=pack, env=environment, capture_output=True, text=True, check=False
    )


def test_its_test_passes(pack: Path) -> None:
    result = run(pack, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert result.returncode == 0, result.stdout
    assert "2 passed" in result.stdout


def test_once_installed_its_node_is_found_by_its_prefix(pack: Path) -> None:
    points = tomllib.loads((pack / "pyproject.toml").read_text())["project"]["entry-points"]
    lines = [f"{name} = {target}" for name, target in points["knotwork.nodes"].items()]
    installed = pack / "my_nodes-0.1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(METADATA)
    (installed / "entry_points.txt").write_text("\n".join(["[knotwork.nodes]", *lines]))
    result = run(pack, "-m", "engine.cli", "nodes", "my_nodes")
    assert result.stdout == "my_nodes.repeat\ttext, times, separator\tout: str\tRepeat a text.\n"


def test_it_satisfies_the_linter_of_this_repository(pack: Path) -> None:
    rules = Path(__file__).parents[2] / "pyproject.toml"
    result = run(pack, "-m", "ruff", "check", "--no-cache", "--config", str(rules), "my_nodes")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", ["My-Nodes", "1nodes", "a b", "../up", "", "a--b"])
def test_a_name_that_no_package_can_have_is_refused(cli: Cli, name: str) -> None:
    result = cli("new-pack", name)
    assert result.exit_code == 2
    assert "expected lower-case letters" in result.stderr


@pytest.mark.parametrize("name", ["math", "knotwork", "engine", "json"])
def test_a_prefix_that_is_taken_is_refused(cli: Cli, name: str) -> None:
    result = cli("new-pack", name)
    assert result.exit_code == 2
    assert "expected a prefix of its own" in result.stderr


def test_a_folder_that_is_there_is_left_alone(cli: Cli, pack: Path) -> None:
    (pack / "README.md").write_text("mine")
    assert cli("new-pack", "my-nodes").exit_code == 2
    assert (pack / "README.md").read_text() == "mine"
