"""Knotwork: typed node graphs for generative models, planned, cached and run."""

from engine.declare.context import Context
from engine.declare.node import Node, Port, node
from engine.declare.registry import Pack
from engine.declare.types import File, Folder, Lazy, OnDevice, Owned, Seed, Text, Within
from engine.run.rng import Rng

__all__ = [
    "Context",
    "File",
    "Folder",
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
