"""Values for a graph's inputs, from the words of a command line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.cli.terminal import Unreadable
from engine.declare.node import Port
from engine.declare.types import Plain
from engine.graph.given import refuse
from engine.graph.settable import Settable


def assign(words: Iterable[str], places: Settable) -> dict[str, Any]:
    """Read ``NAME=VALUE`` words; a later one counts more.

    Args:
        words: As typed.
        places: What of the graph can be set.

    Raises:
        Unreadable: A word has no ``=``.
        GraphError: An unknown place, or a value that its port refuses.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, text = split(word, "--set")
        values[name] = read(text, places.port(name), name)
    return values


def split(word: str, option: str) -> tuple[str, str]:
    """Take ``NAME=VALUE`` apart.

    Raises:
        Unreadable: There is no ``=``.
    """
    name, equals, text = word.partition("=")
    if not equals or not name:
        raise Unreadable(
            f'{option}: expected NAME=VALUE, got "{word}". Name an input, or instance.port, in front.'
        )
    return name, text


def read(text: str, port: Port, name: str) -> Any:
    """Read one value as its port takes it: text as it stands, everything else as JSON.

    A file is meant as seen from the current folder, where there is one of this name.

    Args:
        text: As typed.
        port: The port.
        name: Of the place, as typed.

    Raises:
        GraphError: The port refuses the value.
    """
    if port.within is not None:
        value: Any = str(Path(text).absolute()) if text and Path(text).exists() else text
    else:
        value = text if port.type == Plain(str) else _json(text)
    refuse(value, port, name)
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text
