"""Under which terms the weights may be used that a graph loads: by the families that its files tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.declare.listing import Listing
from engine.declare.registry import Registry
from engine.graph.document import Graph
from engine.graph.levels import Level, Refs, expand
from engine.graph.params import Files
from engine.service.catalogue_records import LicenceRecord
from engine.service.families import Families


class Flag(NamedTuple):
    """Restricted weights that an instance loads, or is for.

    Attributes:
        instance: Path of the instance.
        family: What people call the family of models; empty where the node says it.
        licence: The terms in short.
    """

    instance: str
    family: str
    licence: str


def licences(families: Iterable[Listing]) -> dict[str, LicenceRecord]:
    """Name that handles carry → terms, of the families whose terms are known."""
    return {
        name: LicenceRecord(family=one.title, text=one.licence, restricted=one.restricted)
        for one in families
        if one.licence
        for name in (one.name, *one.also)
    }


def flags(graph: Graph, registry: Registry, files: Files, refs: Refs) -> list[Flag]:
    """The instances of a graph, and of those inside it, whose weights are restricted in the wild.

    Args:
        graph: The graph.
        registry: Its nodes, and the families that they run.
        files: Finds the file that a param names.
        refs: Reads a referenced graph.
    """
    families = Families(registry)
    levels = [(level, families.of(level, files)) for level in expand(graph, refs, [])]
    told = any(found for _, found in levels)
    terms = licences(registry.families()) if told else {}  # many modules are imported for them
    return [flag for level, found in levels for flag in _flags(level, found, registry, terms)]


def _flags(
    level: Level, told: dict[str, dict[str, str]], registry: Registry, terms: dict[str, LicenceRecord]
) -> Iterator[Flag]:
    for name, instance in level.graph.nodes.items():
        if instance.mode == "mute":
            continue
        path, node = level.path + name, registry.find(instance.type) if instance.type else None
        families = dict.fromkeys(told.get(name, {}).values())
        if not families and node is not None and node.licence:
            yield Flag(path, "", node.licence)
        for family in families:
            if family in terms and terms[family].restricted:
                yield Flag(path, terms[family].family, terms[family].text)
