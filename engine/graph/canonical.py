"""One way to write a graph: equal graphs are equal files, and a small edit is a small diff.

Keys are sorted; numbers and strings are written as RFC 8785 (JSON Canonicalization Scheme) asks, so that
Python and JavaScript write the same characters. But a file has a line for each field: git compares lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from json.encoder import encode_basestring
from math import isfinite
from typing import Any, cast

from engine.errors import GraphError, Problem
from engine.wording import Phrase

SAFE_INTEGER = 2**53 - 1
LINE = 100
"""Lists of scalars up to this many characters stay on one line."""


def number(value: float) -> str:
    """Write a number as ECMAScript's ``Number.toString`` does (RFC 8785, section 3.2.2.3).

    Raises:
        GraphError: The number is not finite, or an integer that JavaScript would round.
    """
    if not isinstance(value, float):
        return str(value) if abs(value) <= SAFE_INTEGER else number(_exact(value))
    if not isfinite(value):
        raise unsafe_number(str(value))
    if value.is_integer() and abs(value) < 1e21:
        return _whole(value)
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        # Python turns to exponents below 1e-4, ECMAScript below 1e-6
        return mantissa
    power = int(exponent)
    if -7 < power < 0:
        return _decimal(mantissa, power)
    return f"{mantissa.removesuffix('.0')}e{power:+d}"


def _exact(value: int) -> float:
    """The float that a large integer is, such as 1e20; others would be read as a neighbour."""
    if abs(value) >= 1 << 1023 or float(value) != value:
        raise unsafe_number(str(value) if abs(value) < 1e100 else hex(value))
    return float(value)


def _whole(value: float) -> str:
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return "0" if value == 0 else digits.removesuffix(".0")
    sign = "-" if value < 0 else ""
    digits = digits.lstrip("-").removesuffix(".0")
    lead, _, rest = digits.partition(".")
    return sign + lead + rest.ljust(int(exponent), "0")


def _decimal(mantissa: str, power: int) -> str:
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").removesuffix(".0").replace(".", "")
    return f"{sign}0.{'0' * (-power - 1)}{digits}"


def unsafe_number(text: str) -> GraphError:
    """The error for a number that another program would read as a different one."""
    shown = text if len(text) <= 40 else Phrase("cut", text=text[:37], n=len(text))
    expected, cure = Phrase("kept-numbers", limit=SAFE_INTEGER), Phrase("number-otherwise")
    return GraphError([Problem("bad-number", "", "", expected, shown, cure)])


def ordered(keys: Iterable[str]) -> list[str]:
    """Keys in the order of their UTF-16 code units, as RFC 8785 sorts them."""
    found = list(keys)
    if len(found) < 2:
        return found
    if "".join(found).isascii():
        return sorted(found)
    return sorted(found, key=lambda key: key.encode("utf-16-be", "surrogatepass"))


def scalar(value: object) -> str:
    """Write a string, number, boolean or null."""
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(value)
    got = type(value).__name__
    expected, cure = Phrase("json-values"), Phrase("give-json")
    raise GraphError([Problem("not-json", "", "", expected, got, cure)])


def compact(tree: Any) -> str:
    """Write a tree without spaces, as RFC 8785 does; digests are taken of this."""
    if isinstance(tree, str):
        return encode_basestring(tree)
    if isinstance(tree, dict):
        fields = cast("dict[str, Any]", tree)
        inner = [f"{encode_basestring(key)}:{compact(fields[key])}" for key in ordered(fields)]
        return f"{{{','.join(inner)}}}"
    if isinstance(tree, list):
        return f"[{','.join(map(compact, cast('list[Any]', tree)))}]"
    return scalar(tree)


def pretty(tree: Any) -> str:
    """Write a tree with a line for each field, and a newline at the end."""
    parts: list[str] = []
    _lay_out(tree, "\n", parts)
    parts.append("\n")
    return "".join(parts)


def _lay_out(tree: Any, line: str, parts: list[str]) -> None:
    if isinstance(tree, dict) and tree:
        _lay_out_object(cast("dict[str, Any]", tree), line, parts)
    elif isinstance(tree, list):
        _lay_out_list(cast("list[Any]", tree), line, parts)
    else:
        parts.append("{}" if isinstance(tree, dict) else scalar(tree))


def _lay_out_object(fields: dict[str, Any], line: str, parts: list[str]) -> None:
    inner = line + " "
    mark = "{"
    for key in ordered(fields):
        value = fields[key]
        parts.append(f"{mark}{inner}{encode_basestring(key)}: ")
        if isinstance(value, str):  # most of a graph: worth the short cut
            parts.append(encode_basestring(value))
        else:
            _lay_out(value, inner, parts)
        mark = ","
    parts.append(line + "}")


def _lay_out_list(items: list[Any], line: str, parts: list[str]) -> None:
    if not any(isinstance(item, (dict, list)) for item in items):
        row = "[" + ", ".join(map(scalar, items)) + "]"
        if len(row) <= LINE:
            parts.append(row)
            return
    inner = line + " "
    mark = "["
    for item in items:
        parts.append(mark + inner)
        _lay_out(item, inner, parts)
        mark = ","
    parts.append(line + "]")


def utf8(text: str) -> bytes:
    """Encode text, naming the characters that are no characters.

    Raises:
        GraphError: It holds half of a surrogate pair.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        got = json.dumps(text[error.start : error.end])
        expected, cure = Phrase("whole-characters"), Phrase("drop-character")
        raise GraphError([Problem("bad-text", "", "", expected, got, cure)]) from None
