"""Where a run's numbers come from: versions of programs and packs, digests of models."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from itertools import zip_longest
from typing import Any, cast

from engine.declare.node import Node, Port
from engine.declare.registry import Registry, pack_version
from engine.declare.types import File
from engine.executors.headless import Headless
from engine.plan.plan import Plan

PROGRAMS = ("knotwork", "torch", "diffusers", "transformers", "numpy", "safetensors", "pillow")


@cache
def programs() -> dict[str, str]:
    """Program → version; read from what is installed, importing nothing."""
    found = {"python": platform.python_version()}
    for name in PROGRAMS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def versions(nodes: tuple[str, ...], registry: Registry) -> dict[str, str]:
    """Program or pack → version, for a graph of these nodes.

    Args:
        nodes: Ids.
        registry: Tells their packs.
    """
    return programs() | {pack: pack_version(pack) for pack in sorted({registry.pack_of(id) for id in nodes})}


def models(plan: Plan, headless: Headless) -> dict[str, str]:
    """Model, as the graph names it → digest of its content; empty where it is not known yet.

    Args:
        plan: The plan; large files are digested when it runs.
        headless: What ran it.
    """
    found: dict[str, str] = {}
    for name, suffixes, file in _models(plan):
        found[name] = file.digest or headless.files.digest(file.path, suffixes) or ""
    return found


def _models(plan: Plan) -> Iterator[tuple[str, tuple[str, ...], File]]:
    plans = [plan]
    for level in plans:
        plans += level.bodies.values()
        for index, node in enumerate(level.nodes):
            for port in _model_ports(node):
                files = _listed(level.arguments[index].get(port.name))
                typed = _listed(level.flat.params[index].get(port.name, port.default))
                suffixes = port.within.suffixes if port.within else ()
                for file, name in zip_longest(files, typed):
                    if isinstance(file, File):
                        yield name if isinstance(name, str) else file.path.name, suffixes, file


@cache
def _model_ports(node: Node[Any, Any]) -> tuple[Port, ...]:
    return tuple(port for port in node.inputs.values() if port.within and port.within.root == "models")


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]
