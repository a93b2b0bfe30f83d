"""The sources of packs under development, looked at now and then: whether somebody has saved one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from engine.declare.registry import GROUP, is_editable

Sources = frozenset[tuple[str, int, int]]
"""Path, time and size of each file."""


def sources() -> Sources:
    """The source files of every pack that is installed as editable, as they are now."""
    found = {
        path
        for entry in metadata.entry_points(group=GROUP)
        if entry.dist is not None and is_editable(entry.dist)
        for path in _files(entry)
    }
    return frozenset(_stamp(path) for path in found)


def _files(entry: metadata.EntryPoint) -> Iterator[Path]:
    """The files of a pack's package, found without running any of them: a broken one is watched, too."""
    spec = find_spec(entry.module.partition(".")[0])
    if spec is None:
        return
    for folder in spec.submodule_search_locations or ():
        yield from Path(folder).rglob("*.py")
    if spec.submodule_search_locations is None and spec.origin is not None:
        yield Path(spec.origin)


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:  # an editor that saves by renaming is between two steps
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size
