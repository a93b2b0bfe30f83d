"""What differs between two graphs, instance by instance and field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.graph import references
from engine.graph.canonical import compact
from engine.graph.document import Graph, Instance
from engine.graph.leaves import Path, instance_of, leaves_of


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        kind: What happened from the first graph to the second.
        instance: Path of the instance, as in the second graph if it is there; empty for the graph itself.
        field: Field with its key, such as ``params.seed``; empty when the whole instance came, went or moved.
        old: Value before; the old name of a renamed instance; None when there was none.
        new: Value after.
    """

    kind: Literal["added", "removed", "changed", "renamed"]
    instance: str
    field: str
    old: Any = None
    new: Any = None

    def __str__(self) -> str:
        place = ".".join(part for part in (self.instance, self.field) if part)
        if self.kind == "changed":
            return f"{place}: {compact(self.old)} → {compact(self.new)}"
        if self.kind == "renamed":
            return f"{place}: renamed from {self.old}"
        value = self.new if self.kind == "added" else self.old
        return f"{place}: {self.kind}" if value is None else f"{place}: {self.kind} {compact(value)}"


def diff(before: Graph, after: Graph) -> list[Change]:
    """List what changed, in the order of paths.

    An instance that is gone while one of equal content is new counts as renamed, and links that follow its
    name as unchanged.
    """
    before = before.model_copy(deep=True)
    renamed = renames(before, after)
    references.rename_all(before, renamed)
    changes = [Change("renamed", new, "", old, new) for old, new in renamed.items()]
    first, second = leaves_of(before), leaves_of(after)
    gone, come = _instances(first), _instances(second)
    whole = gone ^ come
    changes += [_whole(name, come) for name in sorted(_outermost(whole))]
    for path in sorted({*first, *second}):
        if first.get(path, _NONE) != second.get(path, _NONE):
            names, field = instance_of(path)
            if not any(names[: depth + 1] in whole for depth in range(len(names))):
                changes.append(_change("/".join(names), ".".join(field), first, second, path))
    return changes


def renames(before: Graph, after: Graph) -> dict[str, str]:
    """Old name → new name of the top level's instances that only got another name."""
    gone = {name: before.nodes[name] for name in before.nodes.keys() - after.nodes.keys()}
    new: dict[str, list[str]] = {}
    for name in sorted(after.nodes.keys() - before.nodes.keys(), reverse=True):
        new.setdefault(_content(after.nodes[name], {}), []).append(name)
    readers = _readers(gone)
    found: dict[str, str] = {}
    looked_at = set(gone)
    while looked_at:  # at first all of them, then those that read what got another name
        contents = {name: _content(gone[name], found) for name in sorted(looked_at)}
        pairs = {name: new[content].pop() for name, content in contents.items() if new.get(content)}
        found |= pairs
        looked_at = {reader for name in pairs for reader in readers.get(name, ())} - found.keys()
    return found


def _readers(nodes: Mapping[str, Instance]) -> dict[str, set[str]]:
    """Who of some instances reads which instance."""
    readers: dict[str, set[str]] = {}
    for name, instance in nodes.items():
        for source in references.sources_of(instance):
            readers.setdefault(source.partition(".")[0], set()).add(name)
    return readers


def _content(instance: Instance, names: Mapping[str, str]) -> str:
    """What an instance says, with other names for those that it reads."""
    fields = {"links": dict(instance.links), "carry": dict(instance.carry)}
    alone = instance.model_copy(update=fields)
    references.rewrite_sources(alone, references.renaming(names))
    return compact(alone.model_dump(mode="python", by_alias=True, exclude_defaults=True))


def _instances(leaves: Iterable[Path]) -> set[Path]:
    """Names of the instances there are, each with those around it."""
    return {names for path in leaves if (names := instance_of(path)[0])}


def _outermost(names: set[Path]) -> set[Path]:
    return {name for name in names if not any(name[:depth] in names for depth in range(1, len(name)))}


def _whole(name: Path, come: set[Path]) -> Change:
    return Change("added" if name in come else "removed", "/".join(name), "")


def _change(instance: str, field: str, first: dict[Path, Any], second: dict[Path, Any], path: Path) -> Change:
    if path not in first:
        return Change("added", instance, field, None, second[path])
    if path not in second:
        return Change("removed", instance, field, first[path], None)
    return Change("changed", instance, field, first[path], second[path])


_NONE = object()
