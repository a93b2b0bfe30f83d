"""The walk-through of the docs, with curl against a server in a process of its own."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.served import Served, served

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
FAST = {
    "text_to_image": "hue_wheel",
    '{"prompt": "a red apple"}': '{"count": 2}',
    "output=image": "output=sheet",
}
"""What stands in for a model that would take its time."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that both walks share, for it loads PyTorch."""
    home = tmp_path_factory.mktemp("served")
    with served("--workspace", str(home / "graphs"), KNOTWORK_HOME=str(home / "home")) as server:
        yield server


def walk(page: str, server: Served, folder: Path) -> str:
    """Run the commands of a page as they stand there, apart from the port."""
    [commands] = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    for slow, fast in FAST.items():
        commands = commands.replace(slow, fast)
    commands = commands.replace("localhost:8420", f"127.0.0.1:{server.port}")
    bare = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        ["sh", "-eu", "-c", commands], cwd=folder, capture_output=True, text=True, check=True, env=bare
    )
    return done.stdout


def test_the_readme_lists_templates_runs_one_and_fetches_the_picture(server: Served, tmp_path: Path) -> None:
    assert '"name":"text_to_image"' in walk("README.md", server, tmp_path)
    assert (tmp_path / "apple.png").read_bytes().startswith(b"\x89PNG")


def test_the_walk_of_the_server_page_runs_a_graph_on_a_picture_that_was_sent(
    server: Served, tmp_path: Path
) -> None:
    said = walk("docs/server.md", server, tmp_path)
    assert (tmp_path / "wheel.png").read_bytes().startswith(b"\x89PNG")
    assert '"outputs":{"sheet":[{"url":"/api/artifacts/' in said
