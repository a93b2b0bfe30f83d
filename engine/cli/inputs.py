"""Values for a graph's inputs, from the words of a command line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.cli.terminal import Unreadable
from engine.declare.node import Port
from engine.declare.types import Plain
from engine.graph.given import named, refuse


def assign(words: Iterable[str], ports: Mapping[str, Port]) -> dict[str, Any]:
    """Read ``NAME=VALUE`` words; a later one counts more.

    Args:
        words: As typed.
        ports: The graph's inputs.

    Raises:
        Unreadable: A word has no ``=``.
        GraphError: An unknown input, or a value that its port refuses.
    """
    values: dict[str, Any] = {}
    for word in words:
        name, text = split(word, "--set")
        values[name] = read(text, named(name, ports))
    return values


def split(word: str, option: str) -> tuple[str, str]:
    """Take ``NAME=VALUE`` apart.

    Raises:
        Unreadable: There is no ``=``.
    """
    name, equals, text = word.partition("=")
    if not equals or not name:
        raise Unreadable(f'{option}: expected NAME=VALUE, got "{word}". Put the name of an input in front.')
    return name, text


def read(text: str, port: Port) -> Any:
    """Read one value as its port takes it: text as it stands, everything else as JSON.

    A file is meant as seen from the current folder, where there is one of this name.

    Raises:
        GraphError: The port refuses the value.
    """
    if port.within is not None:
        value: Any = str(Path(text).absolute()) if text and Path(text).exists() else text
    else:
        value = text if port.type == Plain(str) else _json(text)
    refuse(value, port)
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return text
