"""A server in this process, with an empty home, math and probe nodes, and two templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import Field

import nodes
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import Seed
from engine.settings import Settings
from server import create_app
from tests.run.conftest import PROBES, calls, gates
from tests.service.samples import png
from tests.web.asking import Asking

Tree = dict[str, Any]
Side = Annotated[int, Field(ge=1, le=1000)]


@dataclass(frozen=True)
class Drawing:
    """A value that is a picture when it leaves the engine."""

    width: int
    height: int
    suffix: str = ".png"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """Its file."""
        return [png(self.width, self.height)]


@node("probe.seed")
def seeded(seed: Seed = 0) -> int:
    """Give its seed."""
    return seed


@node("probe.draw")
def draw(width: Side = 2, height: Side = 2) -> Drawing:
    """Draw something black."""
    return Drawing(width, height)


PRODUCT: Tree = {
    "knotwork": 1,
    "title": "Product",
    "help": "Adds and multiplies.",
    "inputs": {"a": {"to": ["sum.a"], "default": 1}, "factor": {"to": ["times.b"], "title": "Factor"}},
    "outputs": {"result": "times.out"},
    "nodes": {
        "sum": {"type": "math.add", "params": {"b": 1}},
        "times": {"type": "math.multiply", "links": {"a": "sum.out"}},
    },
}
"""``(a + 1) × factor``."""
PICTURE: Tree = {
    "knotwork": 1,
    "inputs": {"width": {"to": ["draw.width"], "default": 40}},
    "outputs": {"image": "draw.out"},
    "nodes": {"draw": {"type": "probe.draw", "params": {"height": 20}}},
}
GATE: Tree = {"knotwork": 1, "nodes": {"gate": {"type": "probe.gate", "params": {"name": "gate"}}}}
"""Runs until ``gates["go"]`` is set."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The workspace."""
    return tmp_path / "workspace"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a small server."""
    library, models = tmp_path / "templates", tmp_path / "models"
    library.mkdir()
    models.mkdir()
    (library / "product.json").write_text(json.dumps(PRODUCT))
    (library / "picture.json").write_text(json.dumps(PICTURE))
    return Settings(
        home=tmp_path / "home",
        model_roots=(models,),
        library_roots=(library,),
        device="cpu",
        upload_limit=10_000,
        upload_budget=20_000,
    )


@pytest.fixture
def registry() -> Registry:
    """The built-in nodes and the probes."""
    registry = Registry({nodes.pack.name: nodes.pack})
    registry.add([*PROBES, draw, seeded])
    return registry


@pytest.fixture
def app(settings: Settings, folder: Path, registry: Registry) -> FastAPI:
    """The app, not started."""
    return create_app(settings, folder, registry=registry)


@pytest.fixture
def server(app: FastAPI) -> Iterator[Asking]:
    """The app, started, and a client of it."""
    calls.clear()
    gates.clear()
    with Asking(app) as asking:
        yield asking
    gates.clear()
