"""An engine with an empty home, and nodes that tell what they did."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import nodes
from engine.declare.context import Context
from engine.declare.node import node
from engine.declare.registry import Registry
from engine.declare.types import Lazy, Owned, T
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.report import Report
from engine.settings import Settings

calls: list[str] = []
"""What ran, in order."""

gates: dict[str, threading.Event] = {}
"""Nodes wait here, and say that they began, so that tests need no clock."""


@dataclass(frozen=True)
class Box:
    """A value that can be changed in place by who owns it."""

    items: list[float]


class Count(NamedTuple):
    """A box and how often it was touched."""

    box: Box
    touched: int


@node("probe.say")
def say(text: str, after: str = "") -> str:
    """Note that it ran."""
    calls.append(text)
    return text + after


@node("probe.split")
def split(text: str) -> list[str]:
    """Take a text apart into words."""
    return text.split()


@node("probe.fail")
def fail(text: str = "no") -> str:
    """Raise."""
    calls.append("fail")
    raise RuntimeError(text)


@node("probe.shout", pure=False)
def shout(text: str) -> str:
    """Run each time."""
    calls.append(f"shout {text}")
    return text


@node("probe.box")
def box(first: float = 0.0) -> Box:
    """Make a box."""
    calls.append("box")
    return Box([first])


@node("probe.push")
def push(box: Owned[Box], item: float, ctx: Context) -> Count:
    """Change a box in place."""
    calls.append(f"push {item:g}")
    ctx.tick()
    if gate := gates.get(f"push {item:g}"):
        gate.set()
        gates["go"].wait(10)
    box.items.append(item)
    return Count(box, len(box.items))


@node("probe.sum")
def total(box: Box) -> float:
    """Add up a box."""
    calls.append("sum")
    return sum(box.items)


@node("probe.rude")
def rude(box: Box) -> float:
    """Change what it doesn't own."""
    box.items.append(1.0)
    return 0.0


@node("probe.meet")
def meet(name: str, others: int = 1) -> str:
    """Wait until as many as expected run side by side."""
    calls.append(name)
    barriers[others].wait(10)
    return name


barriers: dict[int, threading.Barrier] = {}


@node("probe.gate")
def gate(name: str, ctx: Context) -> str:
    """Say that it began, wait for the word, and tick."""
    calls.append(name)
    gates[name].set()
    gates["go"].wait(10)
    ctx.tick()
    return name


@node("probe.either")
def either(first: bool, one: Lazy[T], two: Lazy[T]) -> T:
    """Take one of two."""
    calls.append("either")
    return one if first else two


@either.needs
def _either_needs(first: bool) -> list[str]:
    return ["one" if first else "two"]


@node("probe.even")
def even(number: float) -> bool:
    """Tell whether a number is even."""
    calls.append("even")
    return number % 2 == 0


@node("probe.unkept", stored=False)
def unkept(text: str) -> Any:
    """Give something that can't be stored."""
    calls.append("unkept")
    return threading.Lock() if text == "lock" else text


@node("probe.length")
def length(thing: Any) -> int:
    """Read anything."""
    calls.append("length")
    return len(str(type(thing)))


PROBES = [say, split, fail, shout, box, push, total, rude, meet, gate, either, even, unkept, length]


@pytest.fixture
def registry() -> Registry:
    """The built-in nodes and the probes."""
    registry = Registry({nodes.pack.name: nodes.pack})
    registry.add(PROBES)
    return registry


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    return tmp_path / "home"


@pytest.fixture
def engine(registry: Registry, home: Path) -> Iterator[Headless]:
    """An engine with an empty store."""
    calls.clear()
    gates.clear()
    with Headless(settings(home), registry=registry) as engine:
        yield engine
    gates.clear()


def settings(home: Path) -> Settings:
    """Settings with the home in a folder of the test's own."""
    return Settings.load({"KNOTWORK_HOME": str(home), "KNOTWORK_DEVICE": "cpu"})


def graph(nodes: dict[str, Any], outputs: dict[str, str] | None = None, **fields: Any) -> Graph:
    """A graph from plain records."""
    return Graph.model_validate({"nodes": nodes, "outputs": outputs or {}, **fields})


def ran(engine: Headless, document: Graph, **options: Any) -> tuple[Report, list[str]]:
    """Run a graph; its report, and what ran."""
    calls.clear()
    report = engine.run(document, **options)
    return report, list(calls)


@pytest.fixture
def other(registry: Registry, tmp_path: Path) -> Iterator[Headless]:
    """Another engine, with a store of its own."""
    with Headless(settings(tmp_path / "other"), registry=registry) as engine:
        yield engine
