"""Texts out of foreign files, made fit to be shown: they may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST = 1000
"""Characters of a text at most."""
KEYS = 500
"""Texts beside a model's tensors at most."""


def readable(text: object, most: int = LONGEST) -> str:
    """A text without what would steer a terminal or could not be sent; longer ones are cut."""
    said = str(text)
    cut = said if len(said) <= most else said[: most - 1] + "…"
    return "".join(
        sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in cut
    )


def all_readable(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata with texts, numbers and lists of these alone."""
    found = list(metadata.items())[:KEYS]
    return {readable(name, 200): _value(value) for name, value in found}


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(one) for one in value]
    return value if isinstance(value, int | float | None) else readable(value)
