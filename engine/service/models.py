"""The models on disk: what lies in the configured folders, and what their headers say; no weight is read."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from math import prod
from pathlib import Path
from typing import Any, cast

from engine.errors import KnotworkError
from engine.service.catalogue_records import ModelDetailRecord, ModelRecord
from engine.service.kinds import DamagedFile, safetensors_header
from engine.service.pictures import NotAPicture
from engine.store.digests import files_in

SUFFIXES = (".safetensors", ".ckpt", ".pth", ".pt")
INDEX = "model_index.json"
"""The file that makes a folder one model, as diffusers writes them."""
PICTURES = (".webp", ".png", ".jpg", ".jpeg")
"""Endings of a picture of what a model draws: beside its file and called as it, or in its folder."""
LISTED = 10_000
"""Models that are listed at most."""
MAX_INDEX = 2**20


class NoModel(KnotworkError):
    """There is no model of this name in the configured folders."""


class Models:
    """The models in some folders; the one found first has a name that two of them use.

    Args:
        roots: The folders.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = [Path(os.path.realpath(root)) for root in roots]

    def list(self) -> list[ModelRecord]:
        """Every model, by name."""
        found: dict[str, ModelRecord] = {}
        for root in self._roots:
            for path in islice(_models(root), LISTED - len(found)):
                if self._inside(path):
                    name = path.relative_to(root).as_posix()
                    with suppress(OSError):  # a link to nothing, or a file that goes away meanwhile
                        found.setdefault(name, self._record(name, path))
        return [found[name] for name in sorted(found)]

    def describe(self, name: str) -> ModelDetailRecord:
        """What the headers of a model say.

        Args:
            name: As ``list`` told it.

        Raises:
            NoModel: There is none.
            DamagedFile: It is damaged.
        """
        path = self._find(name)
        record = self._record(name, path)
        headers = [safetensors_header(file) for file in _weights(path) if file.suffix == ".safetensors"]
        shapes = [(entry["dtype"], entry["shape"]) for header in headers for entry in _tensors(header)]
        dtypes = Counter[str]()
        for dtype, dimensions in shapes:
            dtypes[str(dtype)] += prod(dimensions)
        return ModelDetailRecord(
            **record.model_dump(),
            parts=_parts(path),
            metadata=headers[0].get("__metadata__", {}) if path.is_file() and headers else {},
            tensors=len(shapes),
            parameters=sum(dtypes.values()),
            dtypes=dict(dtypes),
        )

    def picture(self, name: str) -> Path:
        """The picture of what a model draws, which lies beside its file or in its folder.

        Args:
            name: As ``list`` told it.

        Raises:
            NoModel: There is no such model.
            NotAPicture: It has none.
        """
        found = self._picture(self._find(name))
        if found is None:
            raise NotAPicture(f"{name}: expected a picture beside the model, found none.")
        return found

    def _record(self, name: str, path: Path) -> ModelRecord:
        stats = [file.stat() for file in _weights(path)]
        picture = self._picture(path)
        return ModelRecord(
            name=name,
            format="diffusers" if path.is_dir() else path.suffix.lower().removeprefix("."),
            size=sum(stat.st_size for stat in stats),
            modified=max((stat.st_mtime for stat in stats), default=0.0),
            picture="" if picture is None else f"{picture.stat().st_mtime_ns:x}",
        )

    def _picture(self, path: Path) -> Path | None:
        """The file ``preview.png`` of a folder; ``model.preview.png`` or ``model.png`` beside a file."""
        if path.is_dir():
            places = [path / f"preview{ending}" for ending in PICTURES]
        else:
            names = (f"{path.stem}.preview", path.stem)
            places = [path.with_name(name + ending) for name in names for ending in PICTURES]
        return next((place for place in places if place.is_file() and self._inside(place)), None)

    def _find(self, name: str) -> Path:
        for root in self._roots if "\0" not in name else ():
            path = Path(os.path.realpath(root / name))
            if self._inside(path) and _is_model(path):
                return path
        raise NoModel(
            f'expected the name of a model in the model folders, got "{name[:80]}". List them first.'
        )

    def _inside(self, path: Path) -> bool:
        resolved = Path(os.path.realpath(path))
        return any(resolved.is_relative_to(root) for root in self._roots)


def _models(root: Path) -> Iterator[Path]:
    """Folders that are one model, and files of weights outside of those."""
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if INDEX in names:
            folders.clear()
            yield Path(parent)
        else:
            yield from (Path(parent, name) for name in sorted(names) if name.lower().endswith(SUFFIXES))


def _is_model(path: Path) -> bool:
    return (path / INDEX).is_file() or (path.is_file() and path.name.lower().endswith(SUFFIXES))


def _weights(path: Path) -> Iterable[Path]:
    return sorted(files_in(path, SUFFIXES)) if path.is_dir() else [path]


def _tensors(header: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, entry in header.items():
        if name != "__metadata__":
            try:
                yield {"dtype": str(entry["dtype"]), "shape": [int(size) for size in entry["shape"]]}
            except (KeyError, TypeError, ValueError):
                raise DamagedFile(f'expected dtype and shape of tensor "{name[:80]}", got neither') from None


def _parts(path: Path) -> dict[str, str]:
    """Part → class, as the index of a folder names them; the whole's own class is the part ``""``."""
    if not path.is_dir():
        return {}
    index = path / INDEX
    try:
        tree: dict[str, Any] = json.loads(index.read_bytes()) if index.stat().st_size <= MAX_INDEX else {}
        # An entry is [library, class], both null for a part that is left out
        named = {name: cast("list[Any]", value)[1] for name, value in tree.items() if isinstance(value, list)}
        whole = {"": tree["_class_name"]} if "_class_name" in tree else {}
        return {name: value for name, value in (whole | named).items() if isinstance(value, str)}
    except (ValueError, AttributeError, IndexError, RecursionError):
        raise DamagedFile(f"expected JSON in {index.name}, got something else. Download it again.") from None
