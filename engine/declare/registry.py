"""From the id of a node to its declaration, importing only the modules that a graph names."""

from __future__ import annotations

import difflib
import importlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.declare.node import Node

AnyNode = Node[Any, Any]
GROUP = "knotwork.nodes"


@dataclass(frozen=True, slots=True)
class Pack:
    """What an entry point of the group ``knotwork.nodes`` names.

    Attributes:
        name: Name of the distribution.
        modules: First part of the node ids → the modules that declare them.
    """

    name: str
    modules: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Registry:
    """Every node that the installed packs offer.

    Attributes:
        packs: The packs by name.
        broken: Pack or module that failed to import → the reason; the others go on.
    """

    packs: dict[str, Pack]
    broken: dict[str, str] = field(default_factory=dict[str, str])
    _nodes: dict[str, AnyNode] = field(default_factory=dict[str, AnyNode])
    _owners: dict[str, str] = field(default_factory=dict[str, str])
    _imported: set[str] = field(default_factory=set[str])

    def find(self, id: str) -> AnyNode | None:
        """The node of this id, or None when no pack has it."""
        if id not in self._nodes:
            self._import_family(id.split(".", 1)[0])
        return self._nodes.get(id)

    def pack_of(self, id: str) -> str:
        """Name of the pack that a node came from; loops are the engine's own."""
        return self._owners.get(id, "knotwork")

    def all(self) -> list[AnyNode]:
        """Every node of every pack, by id; imports everything."""
        for family in {name for pack in self.packs.values() for name in pack.modules}:
            self._import_family(family)
        return [self._nodes[id] for id in sorted(self._nodes)]

    def nearest(self, id: str) -> str:
        """The known id most like an unknown one, or an empty string."""
        return next(iter(difflib.get_close_matches(id, [node.id for node in self.all()], 1)), "")

    def why_missing(self, id: str) -> str:
        """Reason why a node's module could not be imported, or an empty string."""
        family = id.split(".", 1)[0]
        modules = [module for pack in self.packs.values() for module in pack.modules.get(family, ())]
        return "; ".join(self.broken[module] for module in modules if module in self.broken)

    def add(self, nodes: Iterable[AnyNode], pack: str = "local") -> None:
        """Offer nodes declared in a script, a notebook or a test."""
        for node in nodes:
            self._nodes[node.id] = node
            self._owners[node.id] = pack

    def _import_family(self, family: str) -> None:
        if family in self._imported:
            return
        self._imported.add(family)
        for pack in self.packs.values():
            for module in pack.modules.get(family, ()):
                self._import(module, pack)

    def _import(self, module: str, pack: Pack) -> None:
        try:
            found = importlib.import_module(module)
        except Exception as error:  # whatever a pack's import raises must not take the others down
            self.broken[module] = f"{type(error).__name__}: {error}"
            return
        self.add(
            (
                value
                for value in vars(found).values()
                if isinstance(value, Node) and _declared_in(value, module)
            ),
            pack.name,
        )


def _declared_in(node: AnyNode, module: str) -> bool:
    return node.function.__module__ == module


@cache
def installed() -> Registry:
    """The registry of every installed pack; a pack that fails to import is noted, not fatal."""
    registry = Registry({})
    for entry in metadata.entry_points(group=GROUP):
        try:
            pack = entry.load()
            if not isinstance(pack, Pack):
                raise TypeError(f"entry point {entry.value} is not a Pack")
        except Exception as error:  # see Registry._import
            registry.broken[entry.name] = f"{type(error).__name__}: {error}"
            continue
        registry.packs[pack.name] = pack
    return registry


@cache
def pack_version(name: str) -> str:
    """Version of a pack for keys: the release, or the digest of its sources while it is editable."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return "local"
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    if not origin.get("dir_info", {}).get("editable"):
        return distribution.version
    packages = {
        module.split(".")[0]
        for pack in installed().packs.values()
        if pack.name == name
        for modules in pack.modules.values()
        for module in modules
    }
    return f"{distribution.version}+{_source_digest(sorted(packages))}"


def _source_digest(packages: Iterable[str]) -> str:
    digest = blake2b(digest_size=8)
    for package in packages:
        root = Path(str(importlib.import_module(package).__file__)).parent
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
