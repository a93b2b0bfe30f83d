"""What the files of a run are called, and that none overwrites another unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from engine.errors import KnotworkError

FIELD = re.compile(r"\{([\w./]*)(?::([^{}]*))?\}")
UNSAFE = re.compile(r"[^\w.-]+")
FIELD_LENGTH = 60
NAME_BYTES = 200


class BadTemplate(KnotworkError):
    """A template for names has a field that there isn't, or a format that doesn't fit it."""


@dataclass(slots=True)
class Naming:
    """Names for the files of one or several runs into one folder.

    Attributes:
        folder: Where the files go.
        template: A name without its ending, with fields such as ``{output}`` or ``{seed:06d}``.
        replace: Whether to overwrite files that were there before. Else a file with other bytes gets a free
            number; files of the same naming never overwrite each other.
    """

    folder: Path
    template: str = "{output}"
    replace: bool = False
    _taken: set[Path] = field(default_factory=set[Path])

    def check(self, fields: Mapping[str, Any]) -> None:
        """Fill the template in before anything runs.

        Raises:
            BadTemplate: It asks for a field that there isn't, or the field has another kind of value.
        """
        self._stem(fields)

    def paths(self, fields: Mapping[str, Any], files: Sequence[tuple[str, bytes]]) -> list[Path]:
        """Paths for the files of one output; several get numbers.

        Args:
            fields: Values for the template.
            files: Ending and bytes of each.

        Raises:
            BadTemplate: See ``check``.
        """
        stem = self._stem(fields)
        tails = [f"-{i:03d}" if len(files) > 1 else "" for i in range(len(files))]
        for number in count():
            numbered = f"{stem}-{number}" if number else stem
            paths = [
                self.folder / f"{numbered}{tail}{file[0]}" for tail, file in zip(tails, files, strict=True)
            ]
            if all(self._free(path, file[1]) for path, file in zip(paths, files, strict=True)):
                self._taken.update(paths)
                return paths
        raise AssertionError("numbers have no end")

    def _free(self, path: Path, data: bytes) -> bool:
        if path in self._taken:
            return False
        return self.replace or not path.exists() or (path.is_file() and path.read_bytes() == data)

    def _stem(self, fields: Mapping[str, Any]) -> str:
        name = UNSAFE.sub("_", "".join(self._parts(fields)))
        short = name.encode()[:NAME_BYTES].decode(errors="ignore")
        return short.strip(". ") or "output"

    def _parts(self, fields: Mapping[str, Any]) -> Iterator[str]:
        end = 0
        for found in FIELD.finditer(self.template):
            yield self.template[end : found.start()]
            yield self._filled(found[1], found[2] or "", fields)
            end = found.end()
        rest = self.template[end:]
        if "{" in rest or "}" in rest:
            raise BadTemplate(f'name "{self.template}": expected fields like {{output}}, got "{rest}".')
        yield rest

    def _filled(self, name: str, form: str, fields: Mapping[str, Any]) -> str:
        if name not in fields:
            known = ", ".join(fields)
            raise BadTemplate(f'name "{self.template}": expected one of {known}, got "{{{name}}}".')
        try:
            text = format(fields[name], form)
        except (TypeError, ValueError) as error:
            raise BadTemplate(
                f'name "{self.template}": "{{{name}:{form}}}" doesn\'t fit ({error}).'
            ) from None
        return UNSAFE.sub("_", text)[:FIELD_LENGTH].strip("_")
