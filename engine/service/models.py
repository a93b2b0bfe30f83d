"""The models on disk: what lies in the configured folders, and what their headers say; no weight is read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from engine.declare.recognised import Recognised, Recogniser
from engine.errors import KnotworkError
from engine.service.catalogue_records import ModelDetailRecord, ModelRecord
from engine.service.kinds import DamagedFile
from engine.service.pictures import NotAPicture
from engine.store.digests import files_in
from engine.store.roots import NamedRoot, leads_to, model_roots, resolved, walked

SUFFIXES = (".safetensors", ".ckpt", ".pth", ".pt", ".bin", ".gguf")
INDEX = "model_index.json"
"""The file that makes a folder one model, as diffusers writes them."""
CONFIG = "config.json"
SAVED = re.compile(r"(?:diffusion_pytorch_model|pytorch_model|model)[.-]")
"""How the weights are called that lie beside their config, as diffusers and transformers write them."""
SHARD = re.compile(r"-\d{5}-of-\d{5}\.\w+$")
PICTURES = (".webp", ".png", ".jpg", ".jpeg")
"""Endings of a picture of what a model draws: beside its file and called as it, or in its folder."""
LISTED = 10_000
"""Models that are listed at most."""
UNLISTED = {"parts", "metadata", "tensors", "dtypes"}
"""What is told of one model alone."""

Stamp = tuple[tuple[str, int, int], ...]


class NoModel(KnotworkError):
    """There is no model of this name in the configured folders."""


class Models:
    """The models in some folders; the one found first has a name that two of them use.

    Args:
        roots: The folders, as they are configured.
        recognise: Tells what a file or folder is.
    """

    def __init__(self, roots: Sequence[Path], recognise: Recogniser) -> None:
        self._roots = resolved(model_roots(roots))
        self._recognise = recognise
        self._known: dict[Path, tuple[Stamp, Recognised | str]] = {}

    def list(self) -> list[ModelRecord]:
        """Every model, by name."""
        found: dict[str, ModelRecord] = {}
        for root in self._roots:
            for path in islice(self._below(root), LISTED - len(found)):
                if self._inside(path):
                    name = root.name(path)
                    with suppress(OSError):  # a link to nothing, or a file that goes away meanwhile
                        if name not in found:
                            record = self._record(name, path).model_dump(exclude=UNLISTED)
                            found[name] = ModelRecord.model_validate(record)
        return [found[name] for name in sorted(found)]

    def describe(self, name: str) -> ModelDetailRecord:
        """What the headers of a model say.

        Args:
            name: As ``list`` told it.

        Raises:
            NoModel: There is none.
            DamagedFile: It is damaged.
        """
        record = self._record(name, self._find(name))
        if record.problem:
            raise DamagedFile(record.problem)
        return record

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

    def _record(self, name: str, path: Path) -> ModelDetailRecord:
        stats = [file.stat() for file in _weights(path)]
        picture = self._picture(path)
        told = self._tell(path)
        problem = told if isinstance(told, str) else ""
        format = "diffusers" if path.is_dir() else path.suffix.lower().removeprefix(".")
        found = Recognised(format=format) if isinstance(told, str) else told
        fields = {name: getattr(found, name) for name in Recognised.__slots__}
        return ModelDetailRecord.model_validate(
            fields
            | {
                "name": name,
                "size": sum(stat.st_size for stat in stats),
                "modified": max((stat.st_mtime for stat in stats), default=0.0),
                "picture": "" if picture is None else f"{picture.stat().st_mtime_ns:x}",
                "problem": problem,
            }
        )

    def _tell(self, path: Path) -> Recognised | str:
        """What a model is, or why it can't be used; told anew only when a file of it has changed."""
        stamp = _stamp(path)
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            try:
                told = self._recognise(path)
            except KnotworkError as error:
                told = str(error)
            known = self._known[path] = stamp, told
        return known[1]

    def _picture(self, path: Path) -> Path | None:
        """The file ``preview.png`` of a folder; ``model.preview.png`` or ``model.png`` beside a file."""
        if path.is_dir():
            places = [path / f"preview{ending}" for ending in PICTURES]
        else:
            names = (f"{path.stem}.preview", path.stem)
            places = [path.with_name(name + ending) for name in names for ending in PICTURES]
        return next((place for place in places if place.is_file() and self._inside(place)), None)

    def _find(self, name: str) -> Path:
        for path in leads_to(name, self._roots) if "\0" not in name else ():
            if _is_model(path):
                return path
        raise NoModel(
            f'expected the name of a model in the model folders, got "{name[:80]}". List them first.'
        )

    def _inside(self, path: Path) -> bool:
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(root.folder) for root in self._roots)

    def _below(self, root: NamedRoot) -> Iterator[Path]:
        """Folders that are a pipeline or a model with its config, and files of weights outside of those."""
        for parent, folders, names in walked(root.folder, self._roots):
            if INDEX in names:
                folders.clear()
                yield parent
                continue
            weights = [name for name in names if name.lower().endswith(SUFFIXES)]
            if parent != root.folder and CONFIG in names and any(map(SAVED.match, weights)):
                yield parent
            yield from (parent / name for name in weights if not SHARD.search(name))


def _is_model(path: Path) -> bool:
    if path.is_dir():
        return any((path / name).is_file() for name in (INDEX, CONFIG))
    return path.is_file() and path.name.lower().endswith(SUFFIXES)


def _weights(path: Path) -> Iterable[Path]:
    return sorted(files_in(path, SUFFIXES)) if path.is_dir() else [path]


def _stamp(path: Path) -> Stamp:
    files = sorted(files_in(path, (*SUFFIXES, ".json"))) if path.is_dir() else [path]
    stats = [(str(file), file.stat()) for file in files if file.exists()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
