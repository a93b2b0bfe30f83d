"""Which families the models on a level are of, so that an editor refuses links between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.declare.registry import AnyNode, Registry
from engine.errors import KnotworkError
from engine.graph.interface import Interfaces
from engine.graph.levels import Level
from engine.graph.params import Files, Params
from engine.store.digests import files_in

KEPT = 1024
"""Models whose families are remembered."""


class Families:
    """Asks nodes' ``infer`` companions, and remembers what they said as long as the files stay the same.

    Args:
        registry: Where node ids are found.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[object, dict[str, str]] = {}

    def of(self, level: Level, files: Files) -> dict[str, dict[str, str]]:
        """Instance → type variable → family; what can't be read, or isn't known before a run, is left out.

        Args:
            level: The level, with those around it, where its params may come from.
            files: Finds the file that a param names.
        """
        # Nothing is looked up in the interfaces to tell what a param holds
        params = Params(Interfaces((), self._registry), files, [])
        found: dict[str, dict[str, str]] = {}
        for name, node in self._inferred(level):
            values = params.inferred_from(level, name, node)
            if values is not None and (families := self._told(node, values)):
                found[name] = families
        return found

    def _inferred(self, level: Level) -> Iterator[tuple[str, AnyNode]]:
        for name, instance in level.graph.nodes.items():
            node = self._registry.find(instance.type) if instance.type else None
            if node is not None and "infer" in node.companions and instance.graph is None:
                yield name, node

    def _told(self, node: AnyNode, values: Mapping[str, Any]) -> dict[str, str]:
        """What a companion says, asked once for as long as the node and the files are the same."""
        try:
            stamps = tuple((port, str(value), _stamp(node, port, value)) for port, value in values.items())
        except (OSError, KnotworkError):
            return {}
        if not any(stamp for _, _, stamp in stamps):
            return _asked(node, values)  # nothing here tells when it changes, such as the cache of a hub
        key = node.companions["infer"], stamps
        if key not in self._known:
            if len(self._known) >= KEPT:
                self._known = {}
            self._known[key] = _asked(node, values)
        return self._known[key]


def _asked(node: AnyNode, values: Mapping[str, Any]) -> dict[str, str]:
    try:
        return dict(node.companions["infer"](**values))
    except Exception:  # a pack's code and a stranger's file; the check of the graph reports it
        return {}


def _stamp(node: AnyNode, port: str, value: Any) -> tuple[tuple[str, int, int], ...]:
    """Sizes and times of the files that a param leads to."""
    within = node.inputs[port].within
    if within is None or not isinstance(value, Path):
        return ()
    paths = sorted(files_in(value, within.suffixes)) if value.is_dir() else [value]
    return tuple((str(path), (stat := path.stat()).st_size, stat.st_mtime_ns) for path in paths)
