"""The folder of graph files that a server works in, and the graphs that are shipped as templates.

Names are relative to the folder, with slashes: ``portraits/red.json``. Nothing outside of it is read or
written, wherever links lead; and no file is replaced that is not as it was when it was last read.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from glob import escape
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from time import time

from engine.errors import GraphError, KnotworkError, Problem
from engine.graph.document import Graph
from engine.settings import Settings
from engine.store.roots import leads_to, model_roots
from engine.wording import Phrase

SUFFIX = ".json"
PICTURE = ".png"
LARGEST = 64 * 2**20
"""Bytes of a graph file at most."""
LISTED = 5000
"""Files looked at, at most, for a list."""
LONGEST = 200
"""Bytes of a file's name at most."""
ABANDONED = 3600.0
"""Seconds after which a file that is not written to the end is left over from a process that was killed."""

Stamp = tuple[int, int, int, int]
"""Size, times and number of a file: while they are the same, its content is."""


class Elsewhere(KnotworkError):
    """A file is not as it was when it was last read: somebody else has written to it, or removed it."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it was read.

    Attributes:
        data: Its bytes.
        digest: Their digest (hex).
        stamp: The file's stamp.
    """

    data: bytes
    digest: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Listed:
    """A graph that can be opened.

    Attributes:
        name: What to open it by.
        title: The graph's title, or the file's name.
        help: What the graph does.
        modified: When the file was last written, in seconds since 1970.
        size: Bytes of the file.
        needs: Models that the graph notes (``models``) and that none of the model folders has.
    """

    name: str
    title: str
    help: str
    modified: float
    size: int
    needs: tuple[str, ...]


class Workspace:
    """Graph files of a folder, and templates.

    Args:
        folder: The folder; made if it is not there.
        settings: Tells the library folders, whose graphs are the templates, and the model folders.

    Raises:
        KnotworkError: The folder can't be made.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            cure = "Name another folder."
            raise KnotworkError(f"{folder}: expected a folder, got {error.strerror}. {cure}") from None
        self.folder = Path(os.path.realpath(folder))
        self._library = settings.library_roots
        self._models = model_roots(settings.model_roots)
        self._known: dict[Path, tuple[Stamp, Listed | None]] = {}

    def files(self) -> list[Listed]:
        """The graph files of the folder and of those inside it, by name."""
        return self._list((path, self._name(path)) for path in dict.fromkeys(_graphs_below(self.folder)))

    def templates(self) -> list[Listed]:
        """The shipped graphs, by name."""
        return self._list((path, name) for name, path in self._templates().items())

    def library(self) -> list[Listed]:
        """The graphs of the library folders and of those inside them, by the names that refer to them."""
        found: dict[str, Path] = {}
        for folder in reversed(self._library):  # one of a folder named first hides one named later
            root = Path(os.path.realpath(folder))
            found |= {path.relative_to(root).as_posix(): path for path in _graphs_below(root)}
        return self._list((path, name) for name, path in found.items())

    def is_template(self, name: str) -> bool:
        """Whether a name means a template: one that no file of the folder has."""
        return not self.exists(name) and name.removesuffix(SUFFIX) in self._templates()

    def exists(self, name: str) -> bool:
        """Whether a file of the folder has this name."""
        return self.place(name).is_file()

    def place(self, name: str) -> Path:
        """Path of a file of the folder, all links resolved; it need not be there.

        Raises:
            GraphError: The name leads out of the folder, is hidden, or is none of a graph file.
        """
        expected = Phrase("graph-file-name")
        parts = PurePosixPath(name).parts
        if not parts or not name.isprintable() or any(map(_odd, parts)):
            raise _refused("bad-name", expected, name, Phrase("shorter-name"))
        if not name.lower().endswith((SUFFIX, PICTURE)):
            name += SUFFIX
        path = Path(os.path.realpath(self.folder / name))
        if not path.is_relative_to(self.folder) or path == self.folder:
            raise _refused("file-outside", expected, name, Phrase("copy-file"))
        return path

    def canonical(self, name: str) -> str:
        """The one name of a file, however it was called.

        Raises:
            GraphError: See ``place``.
        """
        return self._name(self.place(name))

    def called(self, path: Path) -> str:
        """What a graph file is opened by, of the folder or a template; empty when no name means it."""
        if path.is_relative_to(self.folder):
            return self._name(path)
        named = (name for name, other in self._templates().items() if Path(os.path.realpath(other)) == path)
        return next(filter(self.is_template, named), "")

    def read(self, name: str) -> Content:
        """Read a file of the folder.

        Raises:
            GraphError: It is not there, can't be read, or is too large.
        """
        return self._read(self.place(name), name)

    def template(self, name: str) -> bytes:
        """Read a template.

        Raises:
            GraphError: There is none of this name.
        """
        found = self._templates().get(name.removesuffix(SUFFIX))
        if found is None:
            raise _refused("no-file", Phrase("graph-or-template"), name, Phrase("see-lists"))
        return self._read(found, name).data

    def stamp(self, name: str) -> Stamp | None:
        """The stamp of a file; None when it is not there."""
        try:
            return _stamp(os.stat(self.place(name)))
        except OSError:
            return None

    def write(self, name: str, data: bytes, expected: str) -> Stamp:
        """Replace a file; a reader sees the old one or the new one, never a part.

        Args:
            name: The file.
            data: Its new bytes.
            expected: Digest of the bytes that it should have now; empty when it should not be there.

        Raises:
            Elsewhere: It has others.
            GraphError: It can't be written.
        """
        path = self.place(name)
        if path.suffix.lower() != SUFFIX:
            raise _refused("bad-name", Phrase("name-ending", ending=SUFFIX), name, Phrase("other-name"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return self._replace(path, data, expected)
        except OSError as error:
            got = f"{name} ({error.strerror})"
            raise _refused("can't-write", Phrase("file-writable"), got, Phrase("see-folder")) from None

    def remove(self, name: str, expected: str) -> None:
        """Remove a file.

        Args:
            name: The file.
            expected: Digest of the bytes that it should have now.

        Raises:
            Elsewhere: It has others, or is gone.
            GraphError: It can't be removed.
        """
        path = self.place(name)
        self._check(path, expected)
        try:
            path.unlink()
        except OSError as error:
            got = f"{name} ({error.strerror})"
            raise _refused("can't-remove", Phrase("file-removable"), got, Phrase("see-folder")) from None

    def _replace(self, path: Path, data: bytes, expected: str) -> Stamp:
        _sweep(path)
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileNotFoundError):
                partial.chmod(path.stat().st_mode & 0o777)
            # As late as can be: whoever writes between this and the next line is not noticed.
            self._check(path, expected)
            os.replace(partial, path)
            return _stamp(path.stat())
        finally:
            partial.unlink(missing_ok=True)

    def _check(self, path: Path, expected: str) -> None:
        try:
            with open(path, "rb", opener=_without_waiting) as file:
                found = digest_of(file.read())
        except FileNotFoundError:
            found = ""
        if found != expected:
            what = "changed" if found and expected else "made" if found else "removed"
            raise Elsewhere(f"{self._name(path)} was {what} by somebody else. Look at it before it is saved.")

    def _read(self, path: Path, name: str) -> Content:
        try:
            with open(path, "rb", opener=_without_waiting) as file:
                stamp = _stamp(os.fstat(file.fileno()))
                data = file.read(LARGEST + 1)
        except FileNotFoundError:
            got = Phrase("no-file", name=name)
            raise _refused("no-file", Phrase("graph-file"), got, Phrase("see-files")) from None
        except OSError as error:
            got = f"{name} ({error.strerror})"
            raise _refused("unreadable", Phrase("file-readable"), got, Phrase("check-file")) from None
        if len(data) > LARGEST:
            expected = Phrase("size-at-most", size=LARGEST >> 20)
            raise _refused("too-large", expected, name, Phrase("drop-values"))
        return Content(data, digest_of(data), stamp)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _templates(self) -> dict[str, Path]:
        """Templates by name; one of a folder named first hides one named later."""
        return {
            path.stem: path
            for folder in reversed(self._library)
            for path in sorted(folder.glob(f"*{SUFFIX}"))
        }

    def _list(self, found: Iterable[tuple[Path, str]]) -> list[Listed]:
        listed = [self._describe(path, name) for path, name in found]
        return sorted((one for one in listed if one is not None), key=lambda one: one.name)

    def _describe(self, path: Path, name: str) -> Listed | None:
        """What a list says of a file, read if it changed; None when it is no graph."""
        try:
            found = path.stat()
        except OSError:
            return None
        stamp, known = self._known.get(path, (None, None))
        if stamp != _stamp(found):
            try:
                graph = Graph.read(self._read(path, name).data)
            except GraphError:
                known = None
            else:
                title = graph.title or PurePosixPath(name).stem
                needs = tuple(sorted(graph.models))
                known = Listed(name, title, graph.help, found.st_mtime, found.st_size, needs)
            if len(self._known) > 2 * LISTED:  # of files that are gone
                self._known.clear()
            self._known[path] = _stamp(found), known
        if known is None:
            return None
        needs = tuple(model for model in known.needs if not self._has(model))
        return replace(known, name=name, needs=needs)  # one file may have several names

    def _has(self, model: str) -> bool:
        """Whether a model folder has a model; a name that leads out of it tells nothing."""
        return model.isprintable() and any(path.exists() for path in leads_to(model, self._models))


def digest_of(data: bytes) -> str:
    """Digest (hex) of a file's bytes."""
    return blake2b(data, digest_size=16).hexdigest()


def _graphs_below(folder: Path) -> Iterator[Path]:
    """Files that may be graphs; hidden ones, and links that lead out, are passed over."""
    looked = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or not name.lower().endswith(SUFFIX):
                continue
            looked += 1
            if looked > LISTED:
                return
            path = Path(os.path.realpath(Path(parent, name)))
            if path.is_relative_to(folder):
                yield path


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; what is none, such as a pipe that nobody writes to, is an error and no long wait."""
    opened = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # not there on Windows
    if not S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise OSError(errno.EINVAL, "no regular file")
    return opened


def _odd(part: str) -> bool:
    return part.startswith(".") or "\\" in part or len(part.encode()) > LONGEST


def _sweep(path: Path) -> None:
    """Remove what killed processes left while they wrote a file."""
    for partial in path.parent.glob(f".{escape(path.name)}.*.part"):
        with suppress(FileNotFoundError):
            if time() - partial.stat().st_mtime > ABANDONED:
                partial.unlink()


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _refused(code: str, expected: str, got: str, cure: str) -> GraphError:
    return GraphError([Problem(code, "", "", expected, Phrase("quoted", text=got), cure)])
