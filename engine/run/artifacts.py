"""Outputs written to files: exporting is the runner's act, there are no save nodes.

A value that can be a file has a ``suffix`` and ``encode(text) -> list[bytes]``; scalars and lists of them are
reported as they are, other values as JSON of their shape.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from blake3 import blake3

from engine.run.naming import Naming

PLAIN = (bool, int, float, str, type(None))


@runtime_checkable
class Exportable(Protocol):
    """A value that can be a file."""

    suffix: str

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """The bytes of its files.

        Args:
            text: Texts to carry in the file, such as the graph that made it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Artifact:
    """One output of a run, outside of it.

    Attributes:
        output: Name of the output.
        type: Name of the value's class.
        digest: Content digest of the file, or of the value.
        path: The file; None for a value that is reported itself.
        value: The value, if it is plain.
    """

    output: str
    type: str
    digest: str
    path: Path | None = None
    value: Any = None


def export(
    outputs: Mapping[str, Any],
    digests: Mapping[str, str],
    naming: Naming,
    text: Callable[[], dict[str, str]],
    fields: Mapping[str, Any] | None = None,
) -> list[Artifact]:
    """Write every output that can be a file.

    Args:
        outputs: Output → value.
        digests: Output → content digest of the value.
        naming: Where files go, and what they are called.
        text: Gives what the files carry; asked only when there is a file.
        fields: Values for the names, beside ``output``.

    Raises:
        OSError: The folder can't be written.
        BadTemplate: The template of the names doesn't fit the fields.
    """
    found: list[Artifact] = []
    for output, value in outputs.items():
        kind = type(value).__name__
        files = list(_files(value, text))
        paths = naming.paths({**(fields or {}), "output": output}, files) if files else []
        for path, (_, data) in zip(paths, files, strict=True):
            found.append(Artifact(output, kind, blake3(data).hexdigest(), write(path, data)))
        if not files:
            plain = value if is_plain(value) else None
            found.append(Artifact(output, kind, digests.get(output, ""), value=plain))
    return found


def _files(value: Any, text: Callable[[], dict[str, str]]) -> Iterator[tuple[str, bytes]]:
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    for item in items:
        # Asking first for the frequent types: to compare with a protocol takes a hundred times as long.
        if not isinstance(item, PLAIN) and isinstance(item, Exportable):
            for data in item.encode(text()):
                yield item.suffix, data


def is_plain(value: Any) -> bool:
    """Whether a value can be said in JSON as it is."""
    if isinstance(value, list):
        return all(map(is_plain, value))  # pyright: ignore[reportUnknownArgumentType]
    return isinstance(value, PLAIN)


def write(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
