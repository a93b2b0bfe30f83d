"""What a command asks of a graph: which graph, with which values, on which device."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from engine.cli import inputs, source, sweep
from engine.cli.terminal import Unreadable
from engine.errors import Problem
from engine.executors.headless import Headless
from engine.graph import given
from engine.graph.check import check
from engine.graph.document import Graph
from engine.graph.embed import with_values
from engine.graph.settable import Settable
from engine.service.licences import Flag, flags
from engine.settings import Settings

DEVICE = re.compile(r"auto|cpu|mps|(cuda|xpu)(:\d+)?")


@dataclass(frozen=True, slots=True)
class Request:
    """The words of a command line that ``run`` and ``plan`` share; each is as typed."""

    graph: str
    set: Sequence[str] = ()
    sweep: Sequence[str] = ()
    output: Sequence[str] = ()
    force: Sequence[str] = ()
    random_seed: bool = False
    no_cache: bool = False
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One run of a request.

    Attributes:
        values: What was set, swept or drawn, by graph input or ``instance.port``.
        swept: The part of it that was swept.
        graph: The document with these values as its defaults.
    """

    values: dict[str, Any]
    swept: dict[str, Any]
    graph: Graph


@dataclass(frozen=True, slots=True)
class Opened:
    """A request whose graph is read and checked.

    Attributes:
        path: Where the graph lies.
        graph: The document as it is in the file.
        points: The runs; one without a sweep.
        seeds: What was set and the inputs, as far as they are seeds.
        headless: What plans and runs it.
        seconds: Time it took to get here.
    """

    path: Path
    graph: Graph
    points: list[Point]
    seeds: list[str]
    headless: Headless
    seconds: float


@contextmanager
def opened(request: Request) -> Generator[Opened]:
    """Read and check the graph of a request.

    Raises:
        KnotworkError: The graph or a word of the command line is wrong.
    """
    start = perf_counter()
    settings = _settings(request)
    path = source.find(request.graph, settings)
    with Headless(settings, base=path.parent, cache=not request.no_cache) as headless:
        graph = headless.read(path)
        places = Settable(graph, headless.registry, headless.reference)
        fixed = inputs.assign(request.set, places)
        swept = sweep.points(request.sweep, places)
        seeds = given.seeds(places.inputs)
        if request.random_seed:
            fixed = given.draw(seeds, {*fixed, *swept[0]}) | fixed
        points = [Point(values := fixed | one, one, with_values(graph, values)) for one in swept]
        others = [name for name in points[0].values if name not in places.inputs]
        seeds += [name for name in others if given.is_seed(places.port(name))]
        # Another file may be of another model family
        files = any(places.port(name).within for name in swept[0])
        for point in points if files else points[:1]:
            headless.check_ready(point.graph, "Add --set {name}=VALUE.")
        yield Opened(path, graph, points, seeds, headless, perf_counter() - start)


def checked(name: str) -> tuple[Graph, list[Problem], list[Flag]]:
    """Read a graph, and list its problems and restricted weights; its inputs may still lack values.

    Args:
        name: As typed.

    Raises:
        KnotworkError: It can't be read.
    """
    settings = _settings(Request(name))
    path = source.find(name, settings)
    with Headless(settings, base=path.parent) as headless:
        graph = headless.read(path)
        around = headless.registry, headless.files.resolve, headless.reference
        return graph, check(graph, *around), flags(graph, *around)


def _settings(request: Request) -> Settings:
    settings = Settings.load()
    # Someone at a command line means the files of the folder they are in, and a picture made of an example
    # goes on finding the example's files.
    here = (Path.cwd(), *settings.library_roots)
    settings = replace(
        settings, file_roots=(*settings.file_roots, *here), model_roots=(*settings.model_roots, *here)
    )
    if request.device is None:
        return settings
    if not DEVICE.fullmatch(request.device):
        raise Unreadable(f'--device: expected auto, cpu, cuda, cuda:1 or mps, got "{request.device}".')
    return replace(settings, device=request.device)
