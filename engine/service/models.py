"""The models on disk: what lies in the configured folders, and what their headers say; no weight is read."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from threading import Lock

from engine.declare.recognised import Recognised, Recogniser
from engine.errors import KnotworkError
from engine.service.catalogue_records import ModelDetailRecord, ModelRecord
from engine.service.kinds import DamagedFile
from engine.service.pictures import NotAPicture
from engine.service.recognitions import Recognitions, Stamp
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


class NoModel(KnotworkError):
    """There is no model of this name in the configured folders."""


class Models:
    """The models in some folders; the one found first has a name that two of them use.

    Args:
        roots: The folders, as they are configured.
        recognise: Tells what a file or folder is.
        recognitions: What was recognised before.
    """

    def __init__(
        self, roots: Sequence[Path], recognise: Recogniser, recognitions: Recognitions | None = None
    ) -> None:
        self._roots = resolved(model_roots(roots))
        self._recognise = recognise
        self._recognitions = recognitions or Recognitions()
        self._listing = Lock()

    def list(self) -> list[ModelRecord]:
        """Every model, by name."""
        with self._listing:  # who asks meanwhile waits rather than recognise the same models, too
            return self._list()

    def describe(self, name: str) -> ModelDetailRecord:
        """What the headers of a model say.

        Args:
            name: As ``list`` told it.

        Raises:
            NoModel: There is none.
            DamagedFile: It is damaged.
        """
        path = self._find(name)
        record = self._record(name, path, self._picture(path, _beside(path)))
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
        path = self._find(name)
        found = self._picture(path, _beside(path))
        if found is None:
            raise NotAPicture(f"{name}: expected a picture beside the model, found none.")
        return found

    def _list(self) -> list[ModelRecord]:
        found: dict[str, ModelRecord] = {}
        for root in self._roots:
            for path, beside in islice(self._below(root), LISTED - len(found)):
                name = root.name(path)
                if name not in found and self._is_allowed(path):
                    # A name may be no Unicode, a link lead to nothing, a file go away meanwhile
                    with suppress(UnicodeEncodeError, OSError):
                        name.encode()
                        found[name] = self._listed(name, path, beside)
        self._recognitions.keep()
        return [found[name] for name in sorted(found)]

    def _listed(self, name: str, path: Path, beside: Collection[str]) -> ModelRecord:
        """The record of a model, recognised anew only when a file of it has changed."""
        stamp, picture = _stamp(path), self._picture(path, beside)
        known = self._recognitions.find(path, stamp)
        if known is None:
            record = self._record(name, path, picture).model_dump(exclude=UNLISTED)
            known = ModelRecord.model_validate(record)
            if known.problem == "":  # else it may be mended without a change of the file
                self._recognitions.note(path, stamp, known)
        return known.model_copy(update={"name": name, "picture": _told(picture)})

    def _record(self, name: str, path: Path, picture: Path | None) -> ModelDetailRecord:
        stats = [file.stat() for file in _weights(path)]
        format = "diffusers" if path.is_dir() else path.suffix.lower().removeprefix(".")
        found, problem = Recognised(format=format), ""
        try:
            found = self._recognise(path, [root.folder for root in self._roots])
        except KnotworkError as error:
            problem = str(error)
        fields = {field: getattr(found, field) for field in Recognised.__slots__}
        return ModelDetailRecord.model_validate(
            fields
            | {
                "name": name,
                "size": sum(stat.st_size for stat in stats),
                "modified": max((stat.st_mtime for stat in stats), default=0.0),
                "picture": _told(picture),
                "problem": problem,
            }
        )

    def _picture(self, path: Path, beside: Collection[str]) -> Path | None:
        """The file ``preview.png`` of a folder; ``model.preview.png`` or ``model.png`` beside a file."""
        folder, stems = (
            (path, ["preview"]) if path.is_dir() else (path.parent, [f"{path.stem}.preview", path.stem])
        )
        names = (stem + ending for stem in stems for ending in PICTURES)
        places = (folder / name for name in names if name in beside)
        return next((place for place in places if place.is_file() and self._is_allowed(place)), None)

    def _find(self, name: str) -> Path:
        for path in leads_to(name, self._roots) if "\0" not in name else ():
            if _is_model(path):
                return path
        raise NoModel(
            f'expected the name of a model in the model folders, got "{name[:80]}". List them first.'
        )

    def _is_allowed(self, path: Path) -> bool:
        """Whether a file or folder that was found in a root is in one, too, where links lead."""
        if not path.is_symlink():
            return True
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(root.folder) for root in self._roots)

    def _below(self, root: NamedRoot) -> Iterator[tuple[Path, Collection[str]]]:
        """Folders that are a pipeline or a model with its config, and files of weights outside of those.

        Yields:
            The model, and the names of what is in its folder, or beside its file.
        """
        for parent, folders, names in walked(root.folder, self._roots):
            beside = set(names)
            if INDEX in beside:
                folders.clear()
                yield parent, beside
                continue
            weights = [name for name in names if name.lower().endswith(SUFFIXES)]
            if parent != root.folder and CONFIG in beside and any(map(SAVED.match, weights)):
                yield parent, beside
            yield from ((parent / name, beside) for name in weights if not SHARD.search(name))


def _is_model(path: Path) -> bool:
    if path.is_dir():
        return any((path / name).is_file() for name in (INDEX, CONFIG))
    return path.is_file() and path.name.lower().endswith(SUFFIXES)


def _beside(path: Path) -> Collection[str]:
    """Names of what is in the folder of a model, or beside its file."""
    return set(os.listdir(path if path.is_dir() else path.parent))


def _told(picture: Path | None) -> str:
    """What tells a picture from a later one."""
    return "" if picture is None else f"{picture.stat().st_mtime_ns:x}"


def _weights(path: Path) -> Iterable[Path]:
    return sorted(files_in(path, SUFFIXES)) if path.is_dir() else [path]


def _stamp(path: Path) -> Stamp:
    files = sorted(files_in(path, (*SUFFIXES, ".json"))) if path.is_dir() else [path]
    stats = [(str(file), file.stat()) for file in files if file.exists()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
