"""A folder of a model that is read no further than its own files, wherever links in it lead."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nodes.checkpoints.refusal import AGAIN, CheckpointRefused

LARGEST = 16 * 2**20
"""Bytes of a file of JSON at most; the index of a large model's shards has about one million."""


@dataclass(frozen=True, slots=True)
class Confined:
    """A folder, and where its links may lead.

    Attributes:
        path: The folder.
        place: How errors name it.
        roots: The folders in which what is read must lie.
    """

    path: Path
    place: str
    roots: tuple[Path, ...]

    @classmethod
    def to(cls, folder: Path, roots: Iterable[Path]) -> Confined:
        """Confine a model's folder to itself, some other folders, and the blobs of the hub's cache.

        Args:
            folder: The model's.
            roots: Where its links may lead, too.
        """
        snapshots = next((one for one in folder.absolute().parents if one.name == "snapshots"), None)
        blobs = [snapshots.parent / "blobs"] if snapshots is not None else []
        allowed = (Path(os.path.realpath(root)) for root in (folder, *blobs, *roots))
        return cls(folder, folder.name, tuple(allowed))

    def inner(self, name: str) -> Confined:
        """A folder in this one.

        Raises:
            CheckpointRefused: It is a link that leads out.
        """
        return replace(self, path=self.find(name), place=f"{self.place}/{name}")

    def find(self, name: str) -> Path:
        """The path of a file or folder in this one.

        Raises:
            CheckpointRefused: It is a link that leads out, or something else.
        """
        path = self.path / name
        resolved = Path(os.path.realpath(path))
        if not (resolved.is_file() or resolved.is_dir()) or not any(map(resolved.is_relative_to, self.roots)):
            got = "a link out of it" if path.is_symlink() else "neither file nor folder"
            expected = "something in the model's folder"
            raise CheckpointRefused(f"{self.place}/{name}", expected, got, "Copy the file itself.")
        return path

    def names(self) -> list[str]:
        """What is in it."""
        return sorted(os.listdir(self.path)) if self.path.is_dir() else []

    def read_json(self, name: str) -> Mapping[str, Any]:
        """A file of JSON; empty when there is none.

        Raises:
            CheckpointRefused: It is no object, or lies elsewhere.
        """
        if not (self.path / name).exists():
            return {}
        path = self.find(name)
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError(f"more than {LARGEST:,} bytes")
            tree = json.loads(path.read_bytes())
            if not isinstance(tree, dict):
                raise ValueError(f"a {type(tree).__name__}")
        except (ValueError, RecursionError) as error:
            got = "JSON nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
            raise CheckpointRefused(f"{self.place}/{name}", "a JSON object", got, AGAIN) from None
        return tree
