import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app

Cli = Callable[..., Result]
Write = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and an empty folder to work in."""
    monkeypatch.setenv("KNOTWORK_HOME", str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path / "home"


@pytest.fixture
def cli(home: Path) -> Cli:
    """Runs a command line in this process."""

    def call(*words: str | Path) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return call


@pytest.fixture
def write(home: Path) -> Write:
    """Writes a graph file into the working folder."""

    def save(name: str = "graph.json", **fields: Any) -> Path:
        path = Path(name)
        path.write_text(json.dumps({"knotwork": 1, **fields}), encoding="utf-8")
        return path

    return save


@pytest.fixture
def product(write: Write) -> Path:
    """``(a + 1) × factor``: two nodes, two inputs."""
    return write(
        "product.json",
        inputs={"a": {"to": ["sum.a"], "default": 1}, "factor": {"to": ["times.b"], "default": 10}},
        outputs={"result": "times.out"},
        nodes={
            "sum": {"type": "math.add", "params": {"b": 1}},
            "times": {"type": "math.multiply", "links": {"a": "sum.out"}},
        },
    )


@pytest.fixture
def picture(write: Write) -> Path:
    """Noise of 8 × 8 pixels."""
    return write(
        "picture.json",
        inputs={"seed": {"to": ["noise.seed"], "default": 1}},
        outputs={"image": "noise.image"},
        nodes={"noise": {"type": "image.noise", "params": {"width": 8, "height": 8}}},
    )
