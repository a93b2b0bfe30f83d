"""What a port expected in place of a value that pydantic refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.wording import Phrase

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

CODES = {
    "less_than_equal": "type-less-equal",
    "less_than": "type-less",
    "greater_than_equal": "type-greater-equal",
    "greater_than": "type-greater",
    "finite_number": "type-finite",
    "float_type": "type-number",
    "float_parsing": "type-number-text",
    "int_type": "type-integer",
    "int_parsing": "type-integer-text",
    "int_from_float": "type-integer-part",
    "string_type": "type-text",
    "bool_type": "type-boolean",
    "bool_parsing": "type-boolean-text",
    "list_type": "type-list",
    "literal_error": "type-one-of",
}
"""What pydantic calls an error, and the phrase for it."""


def expected(port_type: object, error: ErrorDetails) -> str:
    """The type with what else was wrong: a phrase where pydantic says what is known here."""
    said = error["msg"].lower()
    text = f"{port_type} ({said})"
    code = CODES.get(error["type"])
    if code is None:
        return text
    limit, choices = said.rpartition(" ")[2], _choices(said.removeprefix("input should be "))
    phrase = Phrase(code, type=port_type, limit=limit, choices=choices)
    return phrase if phrase == text else text


def _choices(told: str) -> str:
    most, found, last = told.rpartition(" or ")
    return Phrase("either", one=most, other=last) if found else told
