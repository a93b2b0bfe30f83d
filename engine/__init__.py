"""Knotwork: typed node graphs for generative models, planned, cached and run."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.declare.context import Context
from engine.declare.node import Node, Port, node
from engine.declare.registry import Pack
from engine.declare.types import File, Folder, Lazy, OnDevice, Owned, Seed, Text, Within
from engine.run.rng import Rng

if TYPE_CHECKING:
    from engine.executors.headless import Headless
    from engine.graph.document import Graph

__all__ = [
    "Context",
    "File",
    "Folder",
    "Graph",
    "Headless",
    "Lazy",
    "Node",
    "OnDevice",
    "Owned",
    "Pack",
    "Port",
    "Rng",
    "Seed",
    "Text",
    "Within",
    "node",
]

_LATER = {"Graph": "engine.graph.document", "Headless": "engine.executors.headless"}
"""Needed to build and run graphs; a module that declares nodes does without them."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
