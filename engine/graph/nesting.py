"""Instances moved into a subgraph, and a subgraph dissolved into its instances; results stay the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.graph import references
from engine.graph.document import Graph, GraphInput, Instance
from engine.graph.edit import Refused
from engine.graph.placing import free_name


def embed(graph: Graph, names: Iterable[str], name: str) -> Graph:
    """A graph like this one, with some instances inside a new subgraph.

    Each source outside becomes one input of the subgraph, each value read from outside one output.

    Args:
        graph: Left as it is.
        names: Instances to move; they keep their names.
        name: Name of the subgraph's instance.

    Raises:
        Refused: A loop's start values, items or count, or part of a variadic input, come from outside.
    """
    graph = graph.model_copy(deep=True)
    moved = {each: graph.nodes.pop(each) for each in dict.fromkeys(names)}
    inner = Graph(nodes=moved)
    sub = Instance(graph=inner)
    _lead_in(graph, inner, sub, name)
    _lead_out(graph, inner, name)
    _move_view(graph, inner, name)
    graph.nodes[name] = sub
    return graph


def _lead_in(graph: Graph, inner: Graph, sub: Instance, name: str) -> None:
    """Make graph inputs of what moved instances read from outside."""
    inputs: dict[str, str] = {}
    for each, instance in inner.nodes.items():
        for port, sources in list(instance.links.items()):
            outside = [
                text for text in ([sources] if isinstance(sources, str) else sources) if _outside(text, inner)
            ]
            if not outside:
                continue
            if isinstance(sources, list) and len(sources) > 1:
                raise Refused(
                    f"{each}.{port} takes several links, some from outside. Select their sources too."
                )
            del instance.links[port]
            given = inputs.get(outside[0])
            if given is None:
                given = inputs[outside[0]] = free_name(port, inner.inputs)
                inner.inputs[given] = GraphInput()
                sub.links[given] = outside[0]
            inner.inputs[given].to.append(f"{each}.{port}")
        if any(_outside(text, inner) for text in references.sources_of(instance)):
            raise Refused(f"the loop {each} starts from values outside. Select their sources too.")
    for outer, declared in graph.inputs.items():
        targets = [text for text in declared.to if not _outside(text, inner)]
        if targets:
            given = free_name(outer, inner.inputs)
            inner.inputs[given] = GraphInput(to=targets, title=declared.title, help=declared.help)
            kept = [text for text in declared.to if text not in targets]
            declared.to = [*kept, f"{name}.{given}"]


def _lead_out(graph: Graph, inner: Graph, name: str) -> None:
    """Make graph outputs of what is read from moved instances outside."""
    outputs: dict[str, str] = {}

    def rewritten(text: str) -> str:
        if _outside(text, inner):
            return text
        if text not in outputs:
            output = outputs[text] = free_name(text.partition(".")[2], inner.outputs)
            inner.outputs[output] = text
        return f"{name}.{outputs[text]}"

    for instance in graph.nodes.values():
        references.rewrite_sources(instance, rewritten)
    graph.outputs = {output: rewritten(text) for output, text in graph.outputs.items()}


def _move_view(graph: Graph, inner: Graph, name: str) -> None:
    places = [place for each in inner.nodes if (place := _place(graph, each)) is not None]
    inner.view = {each: graph.view.pop(each) for each in inner.nodes if each in graph.view}
    if places:
        graph.view[name] = {"at": [sum(axis) / len(places) for axis in zip(*places, strict=True)]}


def _place(graph: Graph, name: str) -> tuple[float, float] | None:
    shown = graph.view.get(name)
    at = shown.get("at") if isinstance(shown, dict) else None
    if not isinstance(at, list) or len(at) != 2:
        return None
    x, y = at
    return (float(x), float(y)) if isinstance(x, (int, float)) and isinstance(y, (int, float)) else None


def _outside(text: str, inner: Graph) -> bool:
    return text.partition(".")[0] not in inner.nodes


@dataclass(slots=True)
class _Feed:
    """What a subgraph's input gets from outside.

    Attributes:
        link: Sources, when it is linked.
        values: The value, when there is one.
        inputs: Graph inputs of the outer graph that feed it.
    """

    link: str | list[str] | None = None
    values: list[Any] = field(default_factory=list[Any])
    inputs: list[str] = field(default_factory=list[str])


def unpack(graph: Graph, name: str) -> Graph:
    """A graph like this one, with a subgraph's instances in its place.

    Args:
        graph: Left as it is.
        name: The subgraph; its instances keep their names where these are free.

    Raises:
        Refused: It is a loop, a reference, bypassed or muted.
    """
    graph = graph.model_copy(deep=True)
    sub = graph.nodes.pop(name)
    inner = sub.graph
    if inner is None or not sub.is_subgraph or sub.mode:
        raise Refused(f'expected an embedded subgraph that is not bypassed or muted, but "{name}" is none')
    _free_names(inner, graph.nodes)
    _reconnect(graph, sub, inner, name)
    for given, declared in inner.inputs.items():
        feed = _feed(graph, sub, name, given)
        for target in declared.to:
            _apply_feed(inner, feed, target)
        for outer in feed.inputs:
            targets = graph.inputs[outer].to
            place = targets.index(f"{name}.{given}")
            targets[place : place + 1] = declared.to
    graph.nodes.update(inner.nodes)
    graph.view.pop(name, None)
    graph.view.update({key: value for key, value in inner.view.items() if key not in graph.view})
    return graph


def _free_names(inner: Graph, taken: Collection[str]) -> None:
    for each in list(inner.nodes):
        if each in taken:
            references.rename(inner, each, free_name(each, {*taken, *inner.nodes}))


def _feed(graph: Graph, sub: Instance, name: str, given: str) -> _Feed:
    inputs = [outer for outer, declared in graph.inputs.items() if f"{name}.{given}" in declared.to]
    if inputs:
        return _Feed(inputs=inputs)
    if given in sub.links:
        return _Feed(link=sub.links[given])
    if given in sub.params:
        return _Feed(values=[sub.params[given]])
    declared = sub.graph.inputs[given] if sub.graph is not None else GraphInput()
    return _Feed(values=[] if declared.required else [declared.default])


def _apply_feed(inner: Graph, feed: _Feed, target: str) -> None:
    each, _, port = target.partition(".")
    instance = inner.nodes.get(each)
    if instance is None:
        return
    if feed.link is not None:
        instance.params.pop(port, None)
        instance.links[port] = feed.link
    elif feed.values:
        instance.links.pop(port, None)
        instance.params[port] = feed.values[0]


def _reconnect(graph: Graph, sub: Instance, inner: Graph, name: str) -> None:
    """Lead what was read from the subgraph to the instance that gives it."""

    def rewritten(text: str) -> str:
        owner, _, port = text.partition(".")
        return inner.outputs.get(port, text) if owner == name else text

    for instance in (*graph.nodes.values(), sub):
        references.rewrite_sources(instance, rewritten)
    graph.outputs = {output: rewritten(text) for output, text in graph.outputs.items()}
