"""What lies in the folders of a server, for people who choose a file: names as file params take them.

What a param could not name is not told: hidden files, links that lead out, and what another folder hides by a
file of the same name. Uploads have names of their own and are listed apart.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from engine.declare.types import Within
from engine.errors import KnotworkError
from engine.service import artifacts, kinds
from engine.service.pictures import NotAPicture
from engine.service.view_records import FileRecord, FilesRecord, FolderRecord
from engine.store.files import Files
from engine.store.roots import NamedRoot, resolved, walked

Root = Literal["files", "models"]
LISTED = 500
"""Files that are told at most."""
LOOKED_AT = 50_000
"""Files and folders that are looked at, at most."""
MEDIA = artifacts.MEDIA | kinds.MEDIA | {".tiff": "image/tiff"}
PICTURES = tuple(suffix for suffix, media in MEDIA.items() if media.startswith("image/"))


class NoListedFile(KnotworkError):
    """There is no file of this name that would be listed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files to list.

    Attributes:
        root: Where file params look: ``files`` or ``models``.
        suffixes: Endings in lower case; without any, all.
        text: Words that their names hold, in any order; without them, only what lies directly in the folder.
        folder: In which to look, as names have it; empty for all of the root.
    """

    root: Root = "files"
    suffixes: tuple[str, ...] = ()
    text: str = ""
    folder: str = ""


@dataclass(slots=True)
class _Found:
    """A list that is being made."""

    files: dict[str, Path] = field(default_factory=dict[str, Path])
    folders: Counter[str] = field(default_factory=Counter[str])
    seen: set[str] = field(default_factory=set[str])
    more: bool = False

    def keep(self, name: str, path: Path) -> None:
        """Take a file, if there is room."""
        if len(self.files) < LISTED:
            self.files[name] = path
        else:
            self.more = True

    def count(self, folder: str) -> None:
        """Count a file that lies in a folder."""
        if folder in self.folders or len(self.folders) < LISTED:
            self.folders[folder] += 1
        else:
            self.more = True


class Folders:
    """The files in the folders that file params may name.

    Args:
        roots: Root → its folders; what the first has, later ones can't show under the same name.
        hidden: Folders in them that are left out, such as that of the uploads.
        files: Finds a file by its name.
    """

    def __init__(
        self, roots: Mapping[Root, Sequence[NamedRoot]], hidden: Sequence[Path], files: Files
    ) -> None:
        self._hidden = [Path(os.path.realpath(folder)) for folder in hidden]
        self._roots = {name: self._resolved(folders) for name, folders in roots.items()}
        self._files = files

    def list(self, wanted: Wanted) -> FilesRecord:
        """The files of a folder and the folders in it, or, with words, all files below it that hold them."""
        found = _Found()
        words = wanted.text.casefold().split()
        for name, path in self._candidates(wanted, found):
            rest = name.removeprefix(f"{wanted.folder}/") if wanted.folder else name
            if words and all(word in rest.casefold() for word in words):
                found.keep(name, path)
            elif not words and "/" in rest:
                found.count(rest.partition("/")[0])
            elif not words:
                found.keep(name, path)
        records = [_record(name, path) for name, path in found.files.items()]
        inside = f"{wanted.folder}/" if wanted.folder else ""
        return FilesRecord(
            files=tuple(sorted((one for one in records if one), key=_order)),
            folders=tuple(
                FolderRecord(name=inside + one, count=count) for one, count in sorted(found.folders.items())
            ),
            more=found.more,
        )

    def picture(self, root: Root, name: str) -> Path:
        """The file of a listed picture.

        Raises:
            NoListedFile: No such file would be listed.
            NotAPicture: It is none.
        """
        path = self._file(root, name)
        if not path.name.lower().endswith(PICTURES):
            raise NotAPicture(f'expected a picture file, got "{name[:80]}". Name another file.')
        return path

    def _file(self, root: Root, name: str) -> Path:
        parts = PurePosixPath(name).parts
        gone = NoListedFile(f'expected the name of a listed file, got "{name[:80]}". List them first.')
        if not parts or any(part.startswith(".") for part in parts):
            raise gone
        try:
            path = self._files.resolve(name, Within(root))
        except KnotworkError:
            raise gone from None
        if not path.is_file() or self._is_inside_hidden(path):
            raise gone
        return path

    def _candidates(self, wanted: Wanted, found: _Found) -> Iterator[tuple[str, Path]]:
        """Files by the names that params have for them, each name once."""
        looked = 0
        parts = PurePosixPath(wanted.folder).parts
        if any(part.startswith(".") for part in parts) or "\0" in wanted.folder:
            return
        for root in self._roots[wanted.root]:
            place = root.at("/".join(parts))
            if place is None or not self._may_list(place, wanted.root):
                continue
            for path in self._below(place, wanted.root):
                looked += 1
                if looked > LOOKED_AT:
                    found.more = True
                    return
                name = root.name(path)
                if name not in found.seen and self._fits(path, wanted):
                    found.seen.add(name)
                    yield name, path

    def _below(self, folder: Path, root: Root) -> Iterator[Path]:
        for here, folders, names in walked(folder, self._roots[root]):
            folders[:] = [name for name in folders if here / name not in self._hidden]
            yield from (here / name for name in names if not name.startswith("."))

    def _may_list(self, folder: Path, root: Root) -> bool:
        path = Path(os.path.realpath(folder))
        return self._inside(path, root) and not self._is_inside_hidden(path)

    def _is_inside_hidden(self, path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in self._hidden)

    def _fits(self, path: Path, wanted: Wanted) -> bool:
        if wanted.suffixes and not path.name.lower().endswith(wanted.suffixes):
            return False
        return self._inside(Path(os.path.realpath(path)), wanted.root) if path.is_symlink() else True

    def _inside(self, path: Path, root: Root) -> bool:
        return any(path.is_relative_to(one.folder) for one in self._roots[root])

    def _resolved(self, roots: Iterable[NamedRoot]) -> tuple[NamedRoot, ...]:
        return tuple(root for root in resolved(roots) if root.folder not in self._hidden)


def _record(name: str, path: Path) -> FileRecord | None:
    """What is told of a file; None when it was just taken away, or is no plain file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    if not path.is_file() or not _is_text(name):
        return None
    media = MEDIA.get(path.suffix.lower(), MEDIA[".bin"])
    return FileRecord(name=name, size=stat.st_size, modified=stat.st_mtime, media=media)


def _is_text(name: str) -> bool:
    """Whether JSON can say a name: a file system may have some that are no Unicode."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _order(record: FileRecord) -> str:
    return record.name.casefold()
