"""Text: joined, cut, filled in. Prompts with random parts are in ``nodes.wildcards``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from engine import File, Text, Within, node
from engine.errors import ValueRefused

_PLACE = re.compile(r"\{\{|\}\}|\{(\w+)\}|[{}]")

Unit = Annotated[str, Field(max_length=20)]
Separator = Annotated[str, Field(max_length=1000)]


@node("text.constant")
def constant(text: Text = "") -> str:
    """Hold a text, to link it to several places.

    Args:
        text: The text.
    """
    return text


@node("text.concat")
def concat(a: Text = "", b: Text = "") -> str:
    """Put two texts behind each other, with nothing between them.

    Args:
        a: First text.
        b: Second text.
    """
    return a + b


@node("text.join")
def join(*texts: Text, separator: Separator = ", ", skip_empty: bool = True) -> str:
    """Put texts behind one another.

    Args:
        texts: Texts in their order.
        separator: What stands between two of them.
        skip_empty: Leave out texts that hold nothing but spaces.
    """
    return join_list(list(texts), separator, skip_empty)


@node("text.join_list")
def join_list(texts: list[str], separator: Separator = ", ", skip_empty: bool = True) -> str:
    """Put the texts of a list behind one another.

    Args:
        texts: Texts in their order.
        separator: What stands between two of them.
        skip_empty: Leave out texts that hold nothing but spaces.
    """
    return separator.join(text for text in texts if text.strip() or not skip_empty)


@node("text.template")
def template(template: Text, *values: Text) -> str:
    """Fill the named places of a template, such as ``a {colour} {animal} in the {place}``.

    Args:
        template: Text with places in braces. A name that occurs again stands for the same value; ``{{`` and
            ``}}`` are braces themselves.
        values: One text for each name, in the order in which the names first occur.
    """
    names = list(dict.fromkeys(_names(template)))
    if len(names) != len(values):
        raise ValueRefused(
            f"one value for each of {', '.join(names) or 'no places'}", f"{len(values)} values"
        )
    filled = dict(zip(names, values, strict=True))
    return _PLACE.sub(lambda found: filled[found[1]] if found[1] else found[0][0], template)


def _names(template: str) -> Iterator[str]:
    for found in _PLACE.finditer(template):
        if found[1]:
            yield found[1]
        elif found[0] in ("{", "}"):
            got = f"a single {found[0]!r} at character {found.start() + 1}"
            raise ValueRefused("places like {name}, and {{ or }} for a brace", got)


@node("text.number")
def number(value: float, digits: Annotated[int, Field(ge=0, le=15)] = 2, unit: Unit = "") -> str:
    """Write a number.

    Args:
        value: The number.
        digits: Most digits behind the decimal point; zeros at the end are left out.
        unit: Put behind the number as it is, such as ``°`` or `` px``.
    """
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if digits else text
    return ("0" if text == "-0" else text) + unit


@node("text.replace")
def replace(text: Text, find: str = "", by: str = "", ignore_case: bool = False) -> str:
    """Replace every occurrence of a piece of text.

    Args:
        text: The text.
        find: What to look for; nothing changes when it is empty.
        by: What to put in its place.
        ignore_case: Take capital and small letters for the same.
    """
    if not find:
        return text
    return re.sub(re.escape(find), lambda _: by, text, flags=re.IGNORECASE if ignore_case else 0)


@node("text.strip")
def strip(text: Text, collapse: bool = False) -> str:
    """Remove white space at both ends.

    Args:
        text: The text.
        collapse: Also make one space of every run of white space inside.
    """
    return " ".join(text.split()) if collapse else text.strip()


@node("text.split")
def split(text: Text, separator: Separator = "\n", skip_empty: bool = True) -> list[str]:
    """Cut a text into a list.

    Args:
        text: The text.
        separator: Where to cut; empty = at white space.
        skip_empty: Strip the pieces and leave out empty ones.
    """
    pieces = text.split(separator or None)
    return [piece.strip() for piece in pieces if piece.strip()] if skip_empty else pieces


@node("text.lines")
def lines(
    file: Annotated[File, Within("files", (".txt", ".csv", ".md"))], skip_empty: bool = True
) -> list[str]:
    """Read the lines of a text file.

    Args:
        file: The file, in UTF-8.
        skip_empty: Strip the lines and leave out empty ones and those that begin with ``#``.
    """
    found = read_text(file.path).splitlines()
    return [line.strip() for line in found if is_entry(line)] if skip_empty else found


def read_text(path: Path) -> str:
    """Read a whole text file; a byte order mark is dropped.

    Raises:
        ValueRefused: The file is not UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"byte {error.object[error.start]:#04x} at position {error.start} of {path.name}"
        raise ValueRefused("a text file in UTF-8 (save it again in that encoding)", got) from None


def is_entry(line: str) -> bool:
    """Whether a line of a list file holds something: it is neither empty nor a ``#`` remark."""
    return bool(line.strip()) and not line.lstrip().startswith("#")
