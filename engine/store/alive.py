"""Which processes use a home: each holds a lock on a file of its own, let go by the system when it dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

if sys.platform == "win32":
    import msvcrt

    def lock(file: BinaryIO, wait: bool) -> None:
        """Lock a file for this process; without waiting it is an OSError that somebody else has it."""
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(file: BinaryIO, wait: bool) -> None:
        """Lock a file for this process; without waiting it is an OSError that somebody else has it."""
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


class Life:
    """Tells other processes, while it lasts, that this one uses the home.

    Attributes:
        name: Unique name; temporary files of this process begin with it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.name, self._path, self._file = self._begin()

    def _begin(self) -> tuple[str, Path, BinaryIO]:
        while True:
            name = uuid4().hex
            path = self._folder / name
            file = path.open("ab")
            lock(file, wait=True)
            if path.exists():
                return name, path, file
            file.close()  # somebody looked for the dead between our open and our lock, and took us for one

    def bury(self) -> tuple[set[str], bool]:
        """Remove the files of dead processes.

        Returns:
            Names of the living, this one included, and whether somebody died without ending.
        """
        living, died = {self.name}, False
        for path in self._folder.iterdir():
            if path.name in living:
                continue
            try:
                with path.open("ab") as file:
                    lock(file, wait=False)
                    path.unlink(missing_ok=True)
                    died = True
            except FileNotFoundError:
                continue
            except OSError:
                living.add(path.name)
        return living, died

    def lasts(self, name: str) -> bool:
        """Tell whether the process of a name still uses the home."""
        if name == self.name:
            return True
        try:
            with (self._folder / name).open("r+b") as file:
                lock(file, wait=False)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def end(self) -> None:
        """Say that this process is done; safe to call twice."""
        if not self._file.closed:
            self._path.unlink(missing_ok=True)
            self._file.close()


def sync(file: BinaryIO) -> None:
    """Have the system write a file's bytes to the disk."""
    file.flush()
    getattr(os, "fdatasync", os.fsync)(file.fileno())
