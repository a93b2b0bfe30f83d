"""What a request makes of a graph: one document, and the values of each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import msgpack
from pydantic import JsonValue

from engine.errors import GraphError, Problem
from engine.executors.headless import Headless, meant, wanted
from engine.graph import canonical, given
from engine.graph.document import Graph
from engine.graph.embed import with_values, without_refs
from engine.graph.inline import flatten
from engine.graph.levels import embedded
from engine.graph.settable import Settable
from engine.graph.sweep import points
from engine.service.changes import between, of_values
from engine.service.records import RunChange, RunRequest
from engine.wording import Phrase

MOST = 1000
"""Runs of one request: each is told to everyone who watches the queue."""
SEARCHED = 20_000
"""Characters of a graph's texts that a search looks through."""


@dataclass(frozen=True, slots=True)
class Document:
    """A graph as it is run: whole, without the values that are set for a run.

    Attributes:
        graph: The document. Nobody changes it.
        data: Its bytes.
        digest: Their digest.
        meaning: Digest of what the graph means.
        nodes: Ids of the nodes that it uses.
        text: What searching for text looks through.
    """

    graph: Graph
    data: bytes
    digest: str
    meaning: str
    nodes: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A request, checked.

    Attributes:
        document: What is run.
        title: What its runs are called.
        runs: Graph input, or ``instance.port``, → value of each run, defaults and drawn seeds included.
        seeds: Those that are seeds.
        since: What the first run has otherwise than the last one of its session.
    """

    document: Document
    title: str
    runs: tuple[dict[str, JsonValue], ...]
    seeds: tuple[str, ...]
    since: tuple[RunChange, ...] = ()

    def fields(self, run: int) -> dict[str, Any]:
        """The fields of one run's record that no other one has the same."""
        values = self.runs[run]
        seeds = {name: value for name in self.seeds if isinstance(value := values[name], int)}
        changes = tuple(of_values(self.runs[run - 1], values)) if run else self.since
        return {"values": values, "seeds": seeds, "changes": changes}

    def compared(self, graph: Graph | bytes, values: Mapping[str, Any]) -> Submission:
        """The same, with what its first run has otherwise than another one, if that can be read.

        Args:
            graph: The other one's document, or its bytes.
            values: What was set for it.
        """
        try:
            before = Graph.read(graph) if isinstance(graph, bytes) else graph
        except GraphError:  # of a newer format: no reason not to run
            return self
        return replace(self, since=tuple(between(before, values, self.document.graph, self.runs[0])))


def prepare(
    graph: Graph, request: RunRequest, headless: Headless, known: Mapping[str, Document]
) -> Submission:
    """Check a request and draw its seeds.

    Args:
        graph: The document, as ``Headless.read`` gives it. Nobody changes it any more.
        request: What to run of it.
        headless: What will run it.
        known: Documents by digest that were made before.

    Raises:
        GraphError: The graph, a value or a name is wrong.
        SweepRefused: The sweep is too large or empty.
    """
    places = Settable(graph, headless.registry, headless.reference)
    swept = points(request.sweep, MOST)
    _check_values(request, places)
    seeds = given.seeds(places.inputs)
    drawn = given.draw(seeds, {*request.values, *request.sweep}) if request.random_seeds else {}
    runs = [drawn | request.values | point for point in swept]
    seeds += [name for name in runs[0] if name not in places.inputs and given.is_seed(places.port(name))]
    # Each file may be of another model family
    swept_files = any(places.port(name).within for name in request.sweep)
    for values in runs if swept_files else runs[:1]:
        headless.check_ready(with_values(graph, values))
    whole = without_refs(graph, headless.reference)
    _check_names(whole, request, headless)
    defaults = {name: declared.default for name, declared in graph.inputs.items()}
    return Submission(
        document=_document(whole, known),
        title=request.title or graph.title or request.graph.name,
        runs=tuple(defaults | values for values in runs),
        seeds=tuple(seeds),
    )


def sendable(value: Any, most: int | None = None) -> bool:
    """Whether a value can be part of a message, in so many bytes at most."""
    try:
        size = len(msgpack.packb(value))
    except (OverflowError, ValueError, TypeError):
        return False
    return most is None or size <= most


def _check_values(request: RunRequest, places: Settable) -> None:
    for name, value in request.values.items():
        _fit(name, value, places)
    for name, values in request.sweep.items():
        for value in values:
            _fit(name, value, places)


def _fit(name: str, value: JsonValue, places: Settable) -> None:
    places.check(name, value)
    canonical.utf8(canonical.compact(value))
    if not sendable(value):
        instance, _, port = name.rpartition(".")
        expected, cure = Phrase("small-numbers"), Phrase("smaller-or-text")
        raise GraphError([Problem("bad-value", instance, port, expected, repr(value)[:80], cure)])


def _check_names(graph: Graph, request: RunRequest, headless: Headless) -> None:
    """Refuse outputs and instances that there aren't; most requests name only what the document shows."""
    if not request.forced and all(name in graph.outputs for name in request.outputs):
        return
    flat = flatten(graph, headless.registry)
    wanted(flat, request.outputs)
    meant(request.forced, flat.names)


def _document(graph: Graph, known: Mapping[str, Document]) -> Document:
    for before in tuple(known.values()):
        if before.graph is graph:  # run again
            return before
    data = graph.to_bytes()
    digest = blake2b(data, digest_size=16).hexdigest()
    before = known.get(digest)
    if before is not None:
        return before
    return Document(graph, data, digest, graph.digest(), _nodes(graph), _text(graph))


def _nodes(graph: Graph) -> tuple[str, ...]:
    return tuple(sorted({one.type for level in embedded(graph) for one in level.nodes.values() if one.type}))


def _text(graph: Graph) -> str:
    """Title, help and texts of a graph, so that a search finds the prompts typed into its nodes."""
    parts = [graph.title, graph.help]
    room = SEARCHED - sum(map(len, parts))
    for level in embedded(graph):
        for instance in level.nodes.values():
            for value in (instance.title, *instance.params.values()):
                if isinstance(value, str) and value and room > 0:
                    parts.append(value[:room])
                    room -= len(value)
    return "\n".join(filter(None, parts)).casefold()
