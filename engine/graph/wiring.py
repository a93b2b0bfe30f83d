"""What is linked to what across all levels of a document: one net of vertices, and the wires to be typed.

A plain instance is one vertex. A subgraph has a vertex for each of its ports, so that only a real circle
through it is a cycle; a loop has one more in the middle, since all its outputs wait for all its inputs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from engine.declare.types import ListOf, Plain, Type, Unknown
from engine.errors import Problem
from engine.graph.document import Instance, is_link
from engine.graph.interface import Interface, Interfaces
from engine.graph.levels import Level
from engine.wording import Phrase, listed


@dataclass(frozen=True, slots=True)
class Wire:
    """A link whose types are to be compared once those in front of it are known.

    Attributes:
        source: Type that comes.
        target: Type that is taken.
        instance: Path of the instance that takes it.
        port: Its port.
        text: The source as the document writes it.
    """

    source: Type
    target: Type
    instance: str
    port: str
    text: str


@dataclass(slots=True)
class Net:
    """Vertices and wires of a document.

    Attributes:
        labels: Vertex → the path of its instance.
        after: Vertex → the vertices that it feeds.
        wires: Vertex → the wires that end at it.
        used: Level → outputs that something reads, as ``(instance, port)``.
    """

    labels: list[str] = field(default_factory=list[str])
    after: list[list[int]] = field(default_factory=list[list[int]])
    wires: dict[int, list[Wire]] = field(default_factory=dict[int, list[Wire]])
    used: dict[Level, set[tuple[str, str]]] = field(default_factory=dict[Level, set[tuple[str, str]]])

    def vertex(self, label: str) -> int:
        """Add a vertex."""
        self.labels.append(label)
        self.after.append([])
        return len(self.labels) - 1


class Wiring:
    """Builds the net of a document and reports links that lead nowhere."""

    def __init__(self, levels: list[Level], interfaces: Interfaces, problems: list[Problem]) -> None:
        self.net = Net()
        self._interfaces = interfaces
        self._of = interfaces.of
        self._problems = problems
        self._plain: dict[Level, dict[str, int]] = {}
        self._ins: dict[Level, dict[tuple[str, str], int]] = {}
        self._outs: dict[Level, dict[tuple[str, str], int]] = {}
        for level in levels:
            self.net.used[level] = set()
            self._number(level)
        for level in levels:
            self._border(level)
            for name, interface in self._of[level].items():
                self._instance(level, name, level.graph.nodes[name], interface)

    def _number(self, level: Level) -> None:
        net = self.net
        plain = self._plain[level] = {}
        ins = self._ins[level] = {}
        outs = self._outs[level] = {}
        for name in self._of[level]:
            path = level.path + name
            inner = level.inner.get(name)
            if inner is None:
                plain[name] = net.vertex(path)
                continue
            ins.update({(name, port): net.vertex(path) for port in inner.graph.inputs})
            outs.update({(name, port): net.vertex(path) for port in inner.graph.outputs})
            if level.graph.nodes[name].is_loop:
                middle = plain[name] = net.vertex(path)
                for port in inner.graph.inputs:
                    net.after[ins[name, port]].append(middle)
                net.after[middle] += [outs[name, port] for port in inner.graph.outputs]

    def _border(self, level: Level) -> None:
        """Lead a level's graph inputs inward and its outputs outward."""
        for name, declared in level.graph.inputs.items():
            source = self._ins[level.outer].get((level.name, name)) if level.outer else None
            for target in declared.to:
                self._lead_in(level, name, target, source)
            if len(declared.to) > 1:
                self._agree(level, name, declared.to)
        for name, text in level.graph.outputs.items():
            place = level.path[:-1] if level.outer else ""
            found = self._source(level, text, place, name, output=True)
            if level.outer and found is not None:
                self.net.after[found[0]].append(self._outs[level.outer][level.name, name])

    def _lead_in(self, level: Level, name: str, target: str, source: int | None) -> None:
        instance, _, port = target.partition(".")
        interface = self._of[level].get(instance)
        if interface is None:
            holder = level.graph.nodes.get(instance)
            if holder is None:  # a muted instance takes nothing, and that is no problem
                self._dangling(f'graph input "{name}"', "", target, level.graph.nodes)
            return
        if interface.known and port not in interface.inputs:
            got = Phrase("graph-input-into", name=name, port=port)
            cure = Phrase("drop-graph-input", name=name)
            self._no_port(level.path + instance, port, interface.inputs, got, cure)
        elif source is not None:
            self.net.after[source].append(self._end(level, instance, port))

    def _agree(self, level: Level, name: str, targets: list[str]) -> None:
        """Compare the ports that one graph input feeds with each other."""
        port = self._interfaces.input(level, name)
        for target in targets:
            instance, _, inner = target.partition(".")
            interface = self._of[level].get(instance)
            if interface is not None and inner in interface.inputs:
                path = level.path + instance
                end = self._end(level, instance, inner)
                self._wire(end, port.type, interface.input_type(inner, path), path, inner, name)

    def _instance(self, level: Level, name: str, instance: Instance, interface: Interface) -> None:
        for port, texts in instance.links.items():
            found = interface.inputs.get(port)
            if found is None:
                got, cure = Phrase("link-into", port=port), Phrase("drop-link")
                self._no_port(level.path + name, port, interface.inputs, got, cure)
                continue
            sources = [texts] if isinstance(texts, str) else texts
            if len(sources) > 1 and not found.variadic and interface.known:
                got, cure = Phrase("links", n=len(sources)), Phrase("keep-one")
                self._report("several-links", level.path + name, port, Phrase("one-link"), got, cure)
            for text in sources:
                self._link(level, name, port, text, interface.input_type(port, level.path + name))
        if name in level.inner and instance.is_loop:
            self._loop(level, name, instance, interface)

    def _loop(self, level: Level, name: str, instance: Instance, interface: Interface) -> None:
        inner = level.inner[name]
        path = level.path + name
        for carried, start in instance.carry.items():
            port = interface.carry.get(carried)
            if port is None:
                continue
            if is_link(start):
                self._link(level, name, carried, start["link"], port.type)
            text = inner.graph.outputs.get(carried, "")
            if found := self._find(inner, text):
                self._wire(self._outs[level][name, carried], found[1], port.type, path, carried, text)
        if is_link(instance.items):
            item = interface.each.type if interface.each else Unknown()
            self._link(level, name, "items", instance.items["link"], ListOf(item))
        if is_link(instance.count):
            self._link(level, name, "count", instance.count["link"], Plain(int))
        text = inner.graph.outputs.get(instance.while_, "")
        if found := self._find(inner, text):
            self._wire(self._plain[level][name], found[1], Plain(bool), path, instance.while_, text)

    def _link(self, level: Level, name: str, port: str, text: str, target: Type) -> None:
        found = self._source(level, text, level.path + name, port)
        if found is None:
            return
        vertex, source = found
        end = self._end(level, name, port)
        self.net.after[vertex].append(end)
        self._wire(end, source, target, level.path + name, port, text)

    def _wire(self, end: int, source: Type, target: Type, instance: str, port: str, text: str) -> None:
        if source != target:
            self.net.wires.setdefault(end, []).append(Wire(source, target, instance, port, text))

    def _end(self, level: Level, name: str, port: str) -> int:
        """The vertex at which a link into a port ends."""
        found = self._ins[level].get((name, port))
        return self._plain[level].get(name, -1) if found is None else found

    def _source(
        self, level: Level, text: str, instance: str, port: str, *, output: bool = False
    ) -> tuple[int, Type] | None:
        """The vertex and type at the near end of a link; None, after a report, when nothing can come."""
        found = self._find(level, text)
        if found is not None:
            return found
        name = text.partition(".")[0]
        interface = self._of[level].get(name)
        if interface is None:
            if name not in level.graph.nodes:
                self._dangling(instance, port, text, level.graph.nodes)
            elif output:
                got, cure = Phrase("muted-name", name=name), Phrase("unmute-or-drop", name=name)
                self._report("muted-source", instance, port, Phrase("running-instance"), got, cure)
        else:
            self._no_output(instance, port, text, interface.outputs)
        return None

    def _find(self, level: Level, text: str) -> tuple[int, Type] | None:
        name, _, out = text.partition(".")
        interface = self._of[level].get(name)
        if interface is None or (interface.known and out not in interface.outputs):
            return None
        self.net.used[level].add((name, out))
        vertex = self._outs[level].get((name, out))
        if vertex is None:
            vertex = self._plain[level][name]
        return vertex, interface.output_type(out, level.path + name)

    def _dangling(self, instance: str, port: str, text: str, known: Iterable[str]) -> None:
        near = nearest(text.partition(".")[0], known)
        cure = Phrase("near", name=near) if near else Phrase("link-again")
        self._report("dangling-link", instance, port, Phrase("port-of-instance"), f'"{text}"', cure)

    def _no_output(self, instance: str, port: str, text: str, known: Iterable[str]) -> None:
        name, _, out = text.partition(".")
        near = nearest(out, known)
        cure = Phrase("near", name=f"{name}.{near}") if near else Phrase("link-again")
        expected = Phrase("output-of", name=name, known=listed(known))
        self._report("missing-port", instance, port, expected, f'"{text}"', cure)

    def _no_port(self, path: str, port: str, known: Iterable[str], got: Phrase, cure: Phrase) -> None:
        if near := nearest(port, known):
            cure = Phrase("near", name=near)
        self._report("unknown-port", path, port, Phrase("input", known=listed(known)), got, cure)

    def _report(self, code: str, instance: str, port: str, expected: str, got: str, cure: str) -> None:
        self._problems.append(Problem(code, instance, port, expected, got, cure))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like an unknown one, or an empty string."""
    return next(iter(get_close_matches(name, list(known), 1)), "")
