"""Sweeps: from ``NAME=a..b`` and ``NAME=v1,v2`` to the points that are run."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from engine.cli import inputs
from engine.cli.terminal import Unreadable
from engine.declare.node import Port
from engine.declare.types import Plain, Unknown
from engine.graph import sweep
from engine.graph.given import refuse
from engine.graph.settable import Settable

NUMBER = r"[+-]?\d+(?:\.\d+)?"
RANGE = re.compile(rf"({NUMBER})\.\.({NUMBER})(?:\.\.({NUMBER}))?")
MOST = 10_000
"""Runs of one call: more are a slip of the keyboard."""


def points(words: Iterable[str], places: Settable) -> list[dict[str, Any]]:
    """The values of each run; without sweeps, one run that sets nothing.

    The last sweep varies fastest.

    Args:
        words: ``NAME=…``, as typed.
        places: What of the graph can be set.

    Raises:
        Unreadable: A word is not of this form, or names a place twice.
        SweepRefused: It makes no run, or more than 10,000.
        GraphError: An unknown place, or a value that its port refuses.
    """
    axes: dict[str, list[Any]] = {}
    for word in words:
        name, text = inputs.split(word, "--sweep")
        if name in axes:
            raise Unreadable(f"--sweep {name}: expected one sweep of a place, got two. Join their values.")
        axes[name] = _values(name, text, places.port(name))
    return sweep.points(axes, MOST)


def _values(name: str, text: str, port: Port) -> list[Any]:
    found = RANGE.fullmatch(text.strip())
    if found and (isinstance(port.type, Unknown) or port.type in (Plain(int), Plain(float))):
        values: list[Any] = _range(name, *found.groups())
        for value in values:
            refuse(value, port, name)
        return values
    if text.lstrip().startswith("["):
        values = _items(name, text)
        for value in values:
            refuse(value, port, name)
        return values
    # Quotes keep commas together, as in a spreadsheet: 'a red car, at night',a boat
    return [
        inputs.read(value, port, name) for row in csv.reader([text], skipinitialspace=True) for value in row
    ]


def _range(name: str, first: str, last: str, step: str | None) -> list[int | float]:
    start, end = Decimal(first), Decimal(last)
    stride = Decimal(step) if step else Decimal(1 if end >= start else -1)
    if not stride or (end - start) * stride < 0:
        raise Unreadable(f"--sweep {name}: expected a step that leads from {first} to {last}, got {stride}.")
    count = int((end - start) / stride) + 1
    if count > MOST:
        raise Unreadable(f"--sweep {name}: expected at most {MOST} runs, got {count}. Sweep less at once.")
    whole = all("." not in part for part in (first, last, step or ""))
    return [int(start + i * stride) if whole else float(start + i * stride) for i in range(count)]


def _items(name: str, text: str) -> list[Any]:
    try:
        items = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable(f"--sweep {name}: expected a JSON list, got {text!r} ({error}).") from None
    if not items:
        raise Unreadable(f"--sweep {name}: expected values, got an empty list. Give one at least.")
    return cast("list[Any]", items)
