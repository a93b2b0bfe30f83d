"""Weights inside of installed Python packages, which are read as files; the packages are never imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from nodes.checkpoints.refusal import CheckpointRefused


def packaged(node: str, package: str, inner: str, what: str, cure: str) -> Path:
    """Where a file of an installed package lies.

    Args:
        node: Who wants it.
        package: Name under which the package is imported.
        inner: The file's place in it.
        what: What the file holds.
        cure: What to do where it isn't installed.

    Raises:
        CheckpointRefused: It is not installed.
    """
    found = find_spec(package)
    places = (found.submodule_search_locations if found else None) or ()
    file = next((file for place in places if (file := Path(place) / inner).is_file()), None)
    if file is None:
        name = package.replace("_", "-")
        raise CheckpointRefused(node, f"the package {name} with {what}", "none", cure)
    return file
