"""Typed-in values against the ports that they reach, through as many subgraphs as lie between."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

from engine.declare.node import REQUIRED, Port
from engine.declare.registry import AnyNode
from engine.declare.types import Within
from engine.errors import GraphError, KnotworkError, Problem, ValueRefused
from engine.graph.document import Instance
from engine.graph.interface import Interfaces
from engine.graph.levels import Level
from engine.wording import Phrase, listed

Files = Callable[[str, Within], Any]
"""Turns a file param into its path, or refuses it with a ``GraphError`` whose problems name no instance."""
UNKNOWN = object()
"""Stands for a value that a link will bring."""


class Params:
    """Checks the values of a document's instances."""

    def __init__(self, interfaces: Interfaces, files: Files | None, problems: list[Problem]) -> None:
        self._of = interfaces.of
        self._files = files
        self._problems = problems

    def check(self, level: Level, name: str, instance: Instance) -> None:
        """Report params that no port of an instance takes."""
        interface = self._of[level][name]
        for port, value in instance.params.items():
            if port in instance.links:
                expected, cure = Phrase("value-or-link"), Phrase("keep-meant")
                self._report("param-and-link", level.path + name, port, expected, Phrase("both"), cure)
            elif port in interface.inputs:
                self.fit(level, name, port, value, level.path + name, port)
            elif interface.known:
                expected, cure = Phrase("input", known=listed(interface.inputs)), Phrase("drop-or-name")
                self._report("unknown-port", level.path + name, port, expected, f'"{port}"', cure)

    def fit(self, level: Level, name: str, port: str, value: Any, place: str, label: str) -> None:
        """Report a value that is typed in at ``place`` and refused by a port that it reaches.

        Args:
            level: Where the first port is.
            name: Its instance.
            port: Its name.
            value: As the document holds it.
            place: Instance to name in the problem.
            label: Port to name in the problem.
        """
        for leaf, many, _ in self._leaves(level, name, port):
            if not leaf.is_param and not (value is None and leaf.optional):
                expected, cure = Phrase("link-to", type=leaf.type), Phrase("link-here", type=leaf.type)
                self._report("not-a-param", place, label, expected, _shown(value), cure)
            elif (items := _items(value) if many else [value]) is None:
                expected, cure = Phrase("list-of", type=leaf.type), Phrase("type-list-only")
                self._report("bad-value", place, label, expected, _shown(value), cure)
            else:
                for item in items:
                    self._coerce(leaf, item, place, label)

    def stay_here(self, level: Level, name: str, ports: Iterable[str]) -> bool:
        """Whether values typed in here are judged by ports alone: no file is read, and no family told."""
        node = self._of[level][name].node
        if node is not None and "infer" in node.companions:
            return False
        leaves = [leaf for port in ports for leaf in self._leaves(level, name, port)]
        return all(port.within is None and "infer" not in node.companions for port, _, node in leaves)

    def literal(self, level: Level, name: str, port: Port) -> Any:
        """The value that a port surely gets, coerced; ``UNKNOWN`` when a link or a run decides it."""
        value = self._typed_in(level, name, port.name)
        if value is REQUIRED:
            value = port.default
        if value is REQUIRED:
            return UNKNOWN
        if value is UNKNOWN or value is None:
            return value
        try:
            coerced = port.coerce(value)
            return (
                coerced if port.within is None or self._files is None else self._files(coerced, port.within)
            )
        except KnotworkError:  # reported where the value is checked
            return UNKNOWN

    def inferred_from(self, level: Level, name: str, node: AnyNode) -> dict[str, Any] | None:
        """What a node's ``infer`` companion gets; None while a param is not known."""
        wanted = inspect.signature(node.companions["infer"]).parameters
        values = {
            port: self.literal(level, name, node.inputs[port]) for port in wanted if port in node.inputs
        }
        if any(value is UNKNOWN for value in values.values()):
            return None
        if self._files is None and any(node.inputs[port].within for port in values):
            return None
        return values

    def families(self, level: Level, name: str, node: AnyNode) -> dict[str, str]:
        """What a node's ``infer`` companion says of its variables; empty while a param is not known.

        A companion gets those of the node's coerced params that it names; a file comes as its path.
        """
        values = self.inferred_from(level, name, node)
        if values is None:
            return {}
        try:
            return node.companions["infer"](**values)
        except Exception as error:  # a pack's code and a stranger's file: whatever it raises is told
            reason, cure = f"{type(error).__name__}: {error}", Phrase("other-file")
            self._report("unreadable", level.path + name, "", Phrase("model-recognised"), reason, cure)
            return {}

    def _typed_in(self, level: Level, name: str, port: str) -> Any:
        """The value in the document, following graph inputs outward; ``REQUIRED`` when there is none."""
        while True:
            instance = level.graph.nodes[name]
            given = level.fed.get(name, {}).get(port)
            if given is None:
                return UNKNOWN if port in instance.links else instance.params.get(port, REQUIRED)
            declared = level.graph.inputs[given]
            if level.outer is None:
                return UNKNOWN if declared.required else declared.default
            holder = level.outer.graph.nodes[level.name]
            if holder.is_loop and given in {*holder.carry, "item", "index"}:
                return UNKNOWN
            reached = given in holder.params or given in holder.links
            if not reached and given not in level.outer.fed.get(level.name, {}):
                return UNKNOWN if declared.required else declared.default
            level, name, port = level.outer, level.name, given

    def _leaves(self, level: Level, name: str, port: str) -> list[tuple[Port, bool, AnyNode]]:
        """The ports of plain nodes that a port leads to; whether each takes a list of values; the nodes."""
        leaves: list[tuple[Port, bool, AnyNode]] = []
        waiting = [(level, name, port)]
        while waiting:
            level, name, port = waiting.pop()
            interface = self._of[level].get(name)
            if interface is None or not interface.known:
                continue
            inner = level.inner.get(name)
            if inner is not None and port in inner.graph.inputs:
                targets = [target.partition(".") for target in inner.graph.inputs[port].to]
                waiting += [(inner, instance, target) for instance, _, target in targets]
            elif interface.node is not None and port in interface.node.inputs:
                found = interface.node.inputs[port]
                lifted = port in level.graph.nodes[name].over
                leaves.append((found, lifted or found.variadic, interface.node))
        return leaves

    def _coerce(self, port: Port, value: object, place: str, label: str) -> None:
        try:
            coerced = port.coerce(value)
        except ValueRefused as error:
            cure = Phrase("type-fitting")
            self._report("bad-value", place, label, error.expected, error.got, cure)
            return
        if port.within is not None and self._files is not None and coerced:
            try:
                self._files(coerced, port.within)
            except GraphError as error:
                self._problems += [replace(found, instance=place, port=label) for found in error.problems]
            except KnotworkError as error:
                expected = Phrase("file-in-roots", root=port.within.root)
                self._report("bad-path", place, label, expected, _shown(value), str(error))

    def _report(self, code: str, instance: str, port: str, expected: str, got: str, cure: str) -> None:
        self._problems.append(Problem(code, instance, port, expected, got, cure))


def _items(value: Any) -> list[Any] | None:
    return cast("list[Any]", value) if isinstance(value, list) else None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
