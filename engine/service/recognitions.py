"""What models were recognised as, remembered from one start to the next as long as their files stay the same.

To recognise a model means to read its header, which takes milliseconds: of thousands, a minute.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ValidationError

from engine.service.catalogue_records import ModelRecord

Stamp = tuple[tuple[str, int, int], ...]
"""Name, size and time of each file that a model consists of."""
Known = dict[str, tuple[Stamp, ModelRecord]]


class Remembered(BaseModel):
    """The file in which they are kept.

    Attributes:
        version: Of what recognised them; what another version did is forgotten.
        models: Path → the state of its files, and what it was recognised as.
    """

    version: str
    models: Known


class Recognitions:
    """Remembers records of models.

    Args:
        file: Where they are kept; None remembers nothing beyond this process.
        version: Tells the version of what recognises them; asked once, when it is needed.
    """

    def __init__(self, file: Path | None = None, version: Callable[[], str] = str) -> None:
        self._file = file
        self._version = version
        self._known: Known | None = None
        self._saved: Known = {}

    def find(self, path: Path, stamp: Stamp) -> ModelRecord | None:
        """What a model was recognised as when its files were as they are now."""
        known = self._all().get(str(path))
        return known[1] if known is not None and known[0] == stamp else None

    def note(self, path: Path, stamp: Stamp, record: ModelRecord) -> None:
        """Remember what a model was recognised as."""
        self._all()[str(path)] = stamp, record

    def keep(self) -> None:
        """Write them down, but for those whose files are gone; where that can't be done, nothing is kept."""
        known = self._all()
        if self._file is None or known == self._saved:
            return
        there = {path: one for path, one in known.items() if os.path.exists(path)}
        partial = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(Remembered(version=self._version(), models=there).model_dump_json())
            partial.replace(self._file)
        self._saved = dict(known)

    def _all(self) -> Known:
        if self._known is None:
            self._known = self._read()
            self._saved = dict(self._known)
        return self._known

    def _read(self) -> Known:
        if self._file is None:
            return {}
        try:
            kept = Remembered.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return {}
        return kept.models if kept.version == self._version() else {}
