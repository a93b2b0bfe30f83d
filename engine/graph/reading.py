"""From bytes to a tree of JSON values: what a file may hold, and what is said when it holds anything else."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any, cast

from pydantic import ValidationError

from engine.errors import GraphError, Problem
from engine.graph.canonical import number, unsafe_number, utf8
from engine.graph.formats import FORMAT, STEPS, climb
from engine.wording import Phrase

CHUNK = "knotwork"
PNG = b"\x89PNG\r\n\x1a\n"
DEPTH = 200
"""How deep objects and lists may nest: what pydantic's and Python's own stacks bear with room to spare."""


def parse(data: bytes, place: str) -> dict[str, Any]:
    """Read a graph file's tree, out of JSON or a PNG that carries it.

    Args:
        data: The whole file.
        place: Name of the file, for messages.

    Raises:
        GraphError: It is no JSON object of a format version that is known here.
    """
    if data.startswith(PNG):
        data = _carried(data, place)
    text = _text(data, place)
    try:
        tree: Any = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        got = Phrase("at-line", said=error.msg, line=error.lineno, column=error.colno)
        raise refusal("bad-json", place, "JSON", got, Phrase("mend-there")) from None
    except _Duplicate as error:
        got, cure = Phrase("key-twice", key=json.dumps(error.key)), Phrase("keep-one")
        raise refusal("duplicate-key", place, Phrase("key-once"), got, cure) from None
    except RecursionError:
        raise too_deep(place) from None
    if not isinstance(tree, dict):
        found = type(tree).__name__  # pyright: ignore[reportUnknownArgumentType] # of a list
        got, cure = Phrase("json-other", kind=found), Phrase("wrap")
        raise refusal("bad-json", place, Phrase("json-object"), got, cure)
    found = cast("dict[str, Any]", tree)
    version = _version(found, place)
    if depth(found) > DEPTH:
        raise too_deep(place)
    if "\\u" in text:
        _check_characters(found)
    return climb(found, version, FORMAT, STEPS) | {"knotwork": FORMAT}


def refusal(code: str, place: str, expected: str, got: str, cure: str) -> GraphError:
    """The error for a file that can't be read as a graph."""
    return GraphError([Problem(code, "", "", expected, _there(got, place), cure)])


def too_deep(place: str) -> GraphError:
    """The error for objects or lists inside one another without end."""
    expected, got, cure = Phrase("levels-deep", depth=DEPTH), Phrase("deeper"), Phrase("flatten")
    return refusal("too-deep", place, expected, got, cure)


def misfits(error: ValidationError, place: str) -> GraphError:
    """Say what a file holds in place of what the format asks, with the instance and field of each."""
    entries = error.errors()
    return GraphError([_misfit(entry["loc"], entry["msg"], entry["input"], place) for entry in entries])


def _misfit(location: Sequence[int | str], expected: str, value: object, place: str) -> Problem:
    names: list[str] = []
    rest = [str(part) for part in location]
    while len(rest) > 1 and rest[0] == "nodes":
        names.append(rest[1])
        rest = rest[3:] if rest[2:3] == ["graph"] else rest[2:]
    shown = repr(value)
    got = shown if len(shown) <= 80 else shown[:77] + "..."
    cure = Phrase("mend-field")
    field = ".".join(rest)
    return Problem("bad-field", "/".join(names), field, expected.lower(), _there(got, place), cure)


def _there(got: str, place: str) -> str:
    return Phrase("in-place", got=got, place=place) if place else got


class _Duplicate(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise _Duplicate(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return found


def _integer(text: str) -> int | float:
    if len(text) < 16:
        return int(text)
    # Canonical JSON writes 1e20 with all its digits; it was a float, and it stays one.
    value = float(text)
    if abs(value) < 2**53 and int(text) == value:
        return int(text)
    if abs(value) >= 1e21 or number(value) != text:
        raise unsafe_number(text)
    return value


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise unsafe_number(text)
    return value


def _constant(text: str) -> float:
    raise unsafe_number(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)


def _text(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = Phrase("byte-at", byte=f"0x{data[error.start]:02x}", offset=error.start)
        raise refusal("not-utf-8", place, Phrase("utf-8"), got, Phrase("save-utf-8")) from None


def depth(tree: object) -> int:
    """How deep objects and lists nest in a value: 0 for a scalar, ``DEPTH + 1`` for anything too deep."""
    level: list[Any] = [tree] if isinstance(tree, (dict, list)) else []
    deep = 0
    while level and deep <= DEPTH:
        level = [
            child
            for parent in level
            for child in cast("list[Any]", parent.values() if type(parent) is dict else parent)
            if isinstance(child, (dict, list))
        ]
        deep += 1
    return deep


def _check_characters(tree: object) -> None:
    """Refuse halves of surrogate pairs, which only escapes can bring in."""
    utf8(json.dumps(tree, ensure_ascii=False))


def _version(tree: dict[str, Any], place: str) -> int:
    version = tree.get("knotwork")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        expected, cure = Phrase("format-key"), Phrase("add-format", format=FORMAT)
        raise refusal("not-a-graph", place, expected, repr(version)[:80], cure)
    if version > FORMAT:
        expected, got = Phrase("format-up-to", version=FORMAT), Phrase("version", version=version)
        raise refusal("newer-format", place, expected, got, Phrase("update-knotwork"))
    return version


def _carried(data: bytes, place: str) -> bytes:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            text = picture.info.get(CHUNK)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        expected, cure = Phrase("whole-png"), Phrase("file-again")
        raise refusal("bad-picture", place, expected, str(error)[:80], cure) from None
    if not isinstance(text, str):
        expected, cure = Phrase("png-with-graph", chunk=CHUNK), Phrase("only-carrying")
        raise refusal("no-graph-inside", place, expected, Phrase("none"), cure)
    return text.encode("utf-8", "surrogatepass")
