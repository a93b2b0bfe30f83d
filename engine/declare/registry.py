"""From the id of a node to its declaration, importing only the modules that a graph names."""

from __future__ import annotations

import difflib
import importlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib import metadata
from pathlib import Path
from threading import RLock
from types import CodeType
from typing import Any, cast

from engine.declare.listing import Listing
from engine.declare.node import Node
from engine.declare.recognised import UNKNOWN, Recognised
from engine.declare.types import classes
from engine.errors import KnotworkError

AnyNode = Node[Any, Any]
GROUP = "knotwork.nodes"
LOCAL = "local"
"""Pack of the nodes that a script, a notebook or a test declares."""

_home_grown: set[str] = set()
"""Packages of local nodes and of their ports' classes: values of these may be read back from the store."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What an entry point of the group ``knotwork.nodes`` names.

    Attributes:
        name: Name of the distribution.
        modules: First part of the node ids → the modules that declare them.
        recogniser: ``module:function`` that tells what weights are; see ``engine.declare.recognised``.
        families: ``module:function`` that lists the families of models; see ``engine.declare.listing``.
    """

    name: str
    modules: Mapping[str, tuple[str, ...]]
    recogniser: str = ""
    families: str = ""


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
    _lock: RLock = field(default_factory=RLock, repr=False, compare=False)
    """Held while a family is imported: whoever asks meanwhile must not find half of it."""

    def find(self, id: str) -> AnyNode | None:
        """The node of this id, or None when no pack has it."""
        if id not in self._nodes:
            self._import_family(id.split(".", 1)[0])
        return self._nodes.get(id)

    def successor(self, id: str) -> AnyNode | None:
        """The node that took the place of one that is no more, or None when none did.

        Most are of its own family; only where none is, everything is imported to find it.
        """
        self._import_family(id.split(".", 1)[0])
        return self._replacing(id, [*self._nodes.values()]) or self._replacing(id, self.all())

    @staticmethod
    def _replacing(id: str, nodes: Sequence[AnyNode]) -> AnyNode | None:
        return next((node for node in nodes if f"replaces {id}" in node.companions), None)

    def pack_of(self, id: str) -> str:
        """Name of the pack that a node came from; loops are the engine's own."""
        return self._owners.get(id, "knotwork")

    def version_of(self, node: AnyNode) -> str:
        """What stands in keys for the code of a node: its pack's version, or the source of a local one."""
        pack = self.pack_of(node.id)
        return f"{LOCAL}+{_function_digest(node)}" if pack == LOCAL else pack_version(pack)

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

    def recognise(self, path: Path, roots: Sequence[Path] = ()) -> Recognised:
        """Tell what a file or folder of weights is: by the first pack that knows it.

        Args:
            path: The file or folder.
            roots: Folders beside a model's own to which links in it may lead.

        Raises:
            KnotworkError: It is damaged, incomplete or harmful.
        """
        unknown = Recognised(format=path.suffix.lower().removeprefix("."))
        for pack in self.packs.values():
            if pack.recogniser:
                try:
                    found = _function(pack.recogniser)(path, roots)
                except KnotworkError:
                    raise
                except Exception as error:  # see _import; the next file may be one that it can tell
                    self.broken[pack.recogniser] = f"{type(error).__name__}: {error}"
                    continue
                if found.kind != UNKNOWN:
                    return found
                unknown = found
        return unknown

    def recogniser_version(self) -> str:
        """Tells what recognises models from other versions of it, with the tables beside its code."""
        digest = blake2b(digest_size=8)
        for pack in self.packs.values():
            if pack.recogniser:
                digest.update(pack_version(pack.name).encode())
                try:
                    function = _function(pack.recogniser)
                except (
                    Exception
                ) as error:  # see _import: nothing that is told meanwhile is of the working one
                    digest.update(repr(error).encode())
                    continue
                folder = Path(inspect.getfile(function)).parent
                for path in sorted(one for one in folder.iterdir() if one.is_file()):
                    digest.update(path.read_bytes())
        return digest.hexdigest()

    def families(self) -> list[Listing]:
        """The families of models that the packs run, in the packs' order."""
        found: list[Listing] = []
        for pack in self.packs.values():
            if pack.families:
                try:
                    found += _function(pack.families)()
                except Exception as error:  # see _import
                    self.broken[pack.families] = f"{type(error).__name__}: {error}"
        return found

    def add(self, nodes: Iterable[AnyNode]) -> None:
        """Offer nodes declared in a script, a notebook or a test; a later one replaces an earlier one."""
        for node in nodes:
            self._nodes[node.id] = node
            self._owners[node.id] = LOCAL
            _home_grown.update(_packages_of(node))

    def _import_family(self, family: str) -> None:
        with self._lock:
            if family in self._imported:
                return
            self._imported.add(family)
            for pack in self.packs.values():
                for module in pack.modules.get(family, ()):
                    self._import(module, pack)

    def _import(self, module: str, pack: Pack) -> None:
        try:
            found = importlib.import_module(module)
        except (Exception, SystemExit) as error:  # whatever a pack does must not take the others down
            self.broken[module] = f"{type(error).__name__}: {error}"
            return
        for value in vars(found).values():
            if isinstance(value, Node):
                self._offer(cast(AnyNode, value), module, pack)

    def _offer(self, node: AnyNode, module: str, pack: Pack) -> None:
        if node.function.__module__ != module:
            return  # imported from where it was declared
        owner = self._owners.get(node.id)
        if owner is not None:
            if owner != LOCAL:
                self.broken[module] = (
                    f'node "{node.id}": expected an id of its own, got one of the pack {owner}. Rename it.'
                )
            return
        self._nodes[node.id] = node
        self._owners[node.id] = pack.name


def _function(name: str) -> Callable[..., Any]:
    """What ``module:function`` names."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


@cache
def installed() -> Registry:
    """The registry of every installed pack; a pack that fails to import is noted, not fatal."""
    registry = Registry({})
    for entry in metadata.entry_points(group=GROUP):
        try:
            pack = entry.load()
            if not isinstance(pack, Pack):
                raise TypeError(f"entry point {entry.value} is not a Pack")
        except (Exception, SystemExit) as error:  # see Registry._import
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
    if not is_editable(distribution):
        return distribution.version
    return f"{distribution.version}+{_source_digest(sorted(_packages(name)))}"


def is_editable(distribution: metadata.Distribution) -> bool:
    """Whether a distribution is installed as a link to its sources, which may change at any time."""
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    return bool(origin.get("dir_info", {}).get("editable"))


def packages() -> frozenset[str]:
    """Top-level packages whose classes values may be of: the installed packs', and those of local nodes."""
    return frozenset({"engine"} | _home_grown).union(*(_packages(name) for name in installed().packs))


def _packages(pack: str) -> set[str]:
    found = installed().packs.get(pack)
    declared = found.modules.values() if found is not None else ()
    return {module.split(".")[0] for modules in declared for module in modules}


def _source_digest(packages: Iterable[str]) -> str:
    digest = blake2b(digest_size=8)
    for package in packages:
        for name, path in sorted(_sources(package)):
            digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _sources(package: str) -> Iterator[tuple[str, Path]]:
    """The source files of a package, or of a single module; their names don't tell where it is installed."""
    module = importlib.import_module(package)
    for root in map(Path, getattr(module, "__path__", ())):
        yield from ((path.relative_to(root).as_posix(), path) for path in root.rglob("*.py"))
    if not hasattr(module, "__path__") and module.__file__ is not None:
        yield package, Path(module.__file__)


def _packages_of(node: AnyNode) -> Iterator[str]:
    yield node.function.__module__.split(".")[0]
    for port in (*node.inputs.values(), *node.outputs.values()):
        yield from (cls.__module__.split(".")[0] for cls in classes(port.type))


def _function_digest(node: AnyNode) -> str:
    """Digest of a local node's source; of its code where the source is nowhere, as at a prompt."""
    try:
        text = inspect.getsource(node.function).encode()
    except (OSError, TypeError):
        text = repr(tuple(_code(node.function.__code__))).encode()
    return blake2b(text, digest_size=8).hexdigest()


def _code(code: CodeType) -> Iterator[object]:
    yield code.co_code
    yield code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant)
        else:
            yield constant
