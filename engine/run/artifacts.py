"""Outputs written to files: exporting is the runner's act, there are no save nodes.

A value that can be a file has a ``suffix`` and ``encode(text) -> list[bytes]``; scalars and lists of them are
reported as they are, other values as JSON of their shape.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Encoded:
    """One output as it is outside of a run.

    Attributes:
        output: Name of the output.
        type: Name of the value's class.
        files: Ending and bytes of each of its files; empty for a value that is reported itself.
        digest: Content digest of the value.
        value: The value, if it is plain and no file.
    """

    output: str
    type: str
    files: Sequence[tuple[str, bytes]]
    digest: str
    value: Any


def encoded(
    outputs: Mapping[str, Any], digests: Mapping[str, str], text: Callable[[], dict[str, str]]
) -> Iterator[Encoded]:
    """Encode the outputs one by one, in their order.

    Args:
        outputs: Output → value.
        digests: Output → content digest of the value.
        text: Gives what the files carry; asked only when there is a file.
    """
    for output, value in outputs.items():
        files = list(_files(value, text))
        plain = value if not files and is_plain(value) else None
        yield Encoded(output, type(value).__name__, files, digests.get(output, ""), plain)


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
    for one in encoded(outputs, digests, text):
        if not one.files:
            found.append(Artifact(one.output, one.type, one.digest, value=one.value))
            continue
        paths = naming.paths({**(fields or {}), "output": one.output}, one.files)
        for path, (_, data) in zip(paths, one.files, strict=True):
            found.append(Artifact(one.output, one.type, blake3(data).hexdigest(), write(path, data)))
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
