"""Files that graphs name: found only inside the configured folders, known by their content."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from engine.declare.types import Within
from engine.errors import GraphError, KnotworkError, Problem
from engine.settings import Settings
from engine.store.digests import files_in
from engine.store.roots import NamedRoot, model_roots
from engine.store.store import Store
from engine.wording import Phrase, either

LISTED = 2000
"""Files looked at, at most, for a name like one that isn't there."""


class Files:
    """Resolves and digests what params name.

    Args:
        settings: Tells the roots.
        store: Remembers digests.
        local: Whether absolute paths are allowed, as on a local command line; they may lie anywhere.
        base: Folder of the graph, in which names are looked up first.
    """

    def __init__(self, settings: Settings, store: Store, *, local: bool, base: Path | None = None) -> None:
        self._digests = store.digests
        self._local = local
        own = () if base is None else (NamedRoot(base),)
        self._roots = {
            "files": (*own, *map(NamedRoot, settings.file_roots)),
            "models": (*own, *model_roots(settings.model_roots)),
            "library": (*own, *map(NamedRoot, settings.library_roots)),
        }

    def resolve(self, text: str, within: Within) -> Path:
        """Find the file or folder that a param names.

        Args:
            text: A name relative to one of the roots, or an absolute path from a local caller.
            within: Which roots, and which endings.

        Returns:
            The path with all links resolved.

        Raises:
            GraphError: It isn't there, lies outside the roots, or is of another kind. The problem names no
                instance; the caller does.
        """
        path = self._find(text, within.root, within.suffixes)
        kinds = either(within.suffixes)
        if path.is_dir():
            if next(files_in(path, within.suffixes), None) is None:
                expected = Phrase("folder-with", kinds=kinds or Phrase("files"))
                raise _refused("file-kind", expected, text, Phrase("name-other-folder"))
        elif within.suffixes and not path.name.lower().endswith(within.suffixes):
            expected = Phrase("file-ending", kinds=kinds)
            raise _refused("file-kind", expected, text, Phrase("name-other-file"))
        return path

    def library(self, text: str) -> Path:
        """Find a graph that another one refers to, in the graph's own folder or the library.

        Raises:
            GraphError: It isn't there, or lies outside.
        """
        return self._find(text, "library", (".json", ".png"))

    def digest(
        self,
        path: Path,
        suffixes: tuple[str, ...],
        *,
        hash_now: bool = False,
        tick: Callable[[], None] = lambda: None,
    ) -> str | None:
        """Content digest of a resolved file or folder.

        Args:
            path: What ``resolve`` found.
            suffixes: Endings of the files of a folder that count.
            hash_now: Hash it however large it is.
            tick: Called while it is read; what it raises ends the reading.

        Returns:
            None when it is larger than 64 MiB, was not hashed before, and ``hash_now`` is False.

        Raises:
            KnotworkError: It can't be read, or a link in the folder leads out of the roots.
        """
        try:
            if not path.is_dir():
                return self._digests.of_file(path, hash_now=hash_now, tick=tick)
            self._confine(path, suffixes)
            return self._digests.of_folder(path, suffixes, hash_now=hash_now, tick=tick)
        except OSError as error:
            raise KnotworkError(f"{path} can't be read ({error.strerror}). Check the file.") from error

    def find(self, digest: str) -> Path:
        """Where content lies now, though it may have been moved since it was hashed.

        Args:
            digest: Content digest of a file or folder.

        Raises:
            KnotworkError: No file that is there has this content any more.
        """
        seen = self._digests.paths(digest)
        for path, suffixes in seen:
            if _is_there(path) and self.digest(path, suffixes or (), hash_now=True) == digest:
                return path
        for path, suffixes in self._moved(digest, [suffixes for _, suffixes in seen]):
            if self.digest(path, suffixes or (), hash_now=True) == digest:
                return path
        places = ", ".join(str(path) for path, _ in seen) or "nowhere"
        raise KnotworkError(
            f"expected a file or folder with the digest {digest[:12]}, last seen at {places}; it is gone or "
            "changed. Put it back, or put it into one of the model folders."
        )

    def _find(self, text: str, root: str, suffixes: tuple[str, ...]) -> Path:
        if not text or not _is_name(text):
            got = repr(text)[:80] if text else Phrase("nothing")
            raise _refused("file-missing", Phrase("file-name"), got, Phrase("name-file"))
        roots = [one for one in self._roots[root] if one.folder.is_dir()]
        if Path(text).is_absolute():
            return self._absolute(Path(text), roots)
        folders, outside = [one.folder for one in roots], False
        asked = [(one.folder, place) for one in roots if (place := one.at(text)) is not None]
        for _, place in asked:
            path = Path(os.path.realpath(place))
            if _is_there(path):
                if _inside(path, folders):
                    return path
                outside = True
        setting = f"KNOTWORK_{root.upper()[:-1]}_ROOTS"
        places = ", ".join(str(folder) for folder, _ in asked) or Phrase("no-roots", setting=setting)
        if outside:
            raise _refused("file-outside", Phrase("file-inside", places=places), text, Phrase("move-file"))
        expected = Phrase("file-in", places=places)
        raise _refused("file-missing", expected, text, _nearest(text, roots, suffixes))

    def _absolute(self, path: Path, roots: Sequence[NamedRoot]) -> Path:
        resolved = Path(os.path.realpath(path))
        if not self._local:
            raise _refused("file-outside", Phrase("relative-name"), str(path), Phrase("use-relative"))
        if not resolved.exists():
            cure = _nearest(path.name, roots, ())
            raise _refused("file-missing", Phrase("file-there"), str(path), cure)
        return resolved

    def _confine(self, folder: Path, suffixes: tuple[str, ...]) -> None:
        roots = [folder, *(root.folder for roots in self._roots.values() for root in roots)]
        for file in files_in(folder, suffixes):
            if file.is_symlink() and not _inside(Path(os.path.realpath(file)), roots):
                raise KnotworkError(
                    f"{file} links to {file.readlink()}, outside the configured folders. Copy the file."
                )

    def _moved(
        self, digest: str, kinds: Iterable[tuple[str, ...] | None]
    ) -> Iterator[tuple[Path, tuple[str, ...] | None]]:
        """What may be the content moved: files of its size, and every folder if it was one."""
        roots = dict.fromkeys(root.folder for root in (*self._roots["models"], *self._roots["files"]))
        size = self._digests.size(digest)
        folders = {suffixes for suffixes in kinds if suffixes is not None}
        for root in roots:
            for file in files_in(root, ()):
                if size is not None and file.stat().st_size == size:
                    yield Path(os.path.realpath(file)), None
            for suffixes in folders:
                holders = {parent for file in files_in(root, suffixes) for parent in _between(file, root)}
                yield from ((Path(os.path.realpath(folder)), suffixes) for folder in sorted(holders))


def _is_name(text: str) -> bool:
    """Whether a file system could have such a name at all."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _is_there(path: Path) -> bool:
    """Whether it is a file or folder; a pipe is none, and would be waited for without end."""
    return path.is_file() or path.is_dir()


def _inside(path: Path, roots: Iterable[Path]) -> bool:
    return any(path.is_relative_to(os.path.realpath(root)) for root in roots)


def _between(file: Path, root: Path) -> Iterator[Path]:
    """The folders below a root that hold a file."""
    parent = file.parent
    while parent != root:
        yield parent
        parent = parent.parent


def _nearest(text: str, roots: Iterable[NamedRoot], suffixes: tuple[str, ...]) -> str:
    names = {root.name(file) for root in roots for file in islice(files_in(root.folder, suffixes), LISTED)}
    near = get_close_matches(text, names, n=3, cutoff=0.5)
    return Phrase("near-files", names=", ".join(near)) if near else Phrase("put-or-name")


def _refused(code: str, expected: str, got: str, cure: str) -> GraphError:
    return GraphError([Problem(code, "", "", expected, got, cure)])
