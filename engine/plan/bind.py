"""Typed-in values checked, the files they name digested, and lazy ports decided as far as constants allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from inspect import signature
from pathlib import Path
from typing import Any, Protocol, cast

from engine.declare.node import REQUIRED, Node, Port
from engine.declare.types import File, Folder, Within
from engine.errors import GraphError, KnotworkError, Problem, ValueRefused, say
from engine.graph.flat import Flat, Source
from engine.plan.keys import Keyer, plain
from engine.wording import Phrase, listed

Links = dict[str, list[Source]]


class Files(Protocol):
    """How a plan finds and digests the files that params name."""

    def resolve(self, text: str, within: Within) -> Path:
        """The file's place, inside the roots that its port allows."""
        ...

    def digest(
        self,
        path: Path,
        suffixes: tuple[str, ...],
        *,
        hash_now: bool = False,
        tick: Callable[[], None] = lambda: None,
    ) -> str | None:
        """Its content digest; None for a large file that was not hashed yet."""
        ...


@dataclass(slots=True)
class Bound:
    """One instance with its values checked.

    Attributes:
        arguments: What its function is called with, beside what is linked and what its own defaults give.
        params: Plain effective params, as they enter the key.
        links: Its links, without lazy ports that a constant makes needless.
        undecided: Whether its lazy ports are chosen when it runs.
        unhashed: Ports whose file is hashed when it runs.
    """

    arguments: dict[str, Any]
    params: dict[str, Any]
    links: Links
    undecided: bool = False
    unhashed: tuple[str, ...] = ()


class Binder:
    """Binds values to the ports of instances, and gathers every problem met.

    Args:
        keyer: Knows what the instances of a node share.
        files: Finds and digests files.
        body: Whether the instances are a loop's body, whose keys are needed early in any case.

    Attributes:
        problems: What is wrong with the values bound so far.
    """

    def __init__(self, keyer: Keyer, files: Files, *, body: bool) -> None:
        self._keyer = keyer
        self._files = files
        self._body = body
        self.problems: list[Problem] = []

    def finish(self) -> None:
        """Raise ``GraphError`` if there were problems."""
        if self.problems:
            raise GraphError(self.problems)

    def bind(self, flat: Flat, index: int) -> Bound:
        """Bind the values of one instance of a graph."""
        given, links = flat.params[index], flat.links[index]
        if index in flat.loops:
            return Bound(dict(given), dict(sorted(given.items())), links)
        name, node = flat.names[index], flat.nodes[index]
        over = flat.over.get(index, ())
        before = len(self.problems)
        bound = self._params(name, node, given, links, over)
        for port_name in self._keyer.shared(node).linked:
            if port_name not in links:
                self._missing(name, node.inputs[port_name])
        if over:
            self._check_lifted(name, node, over)
        if "needs" in node.companions and len(self.problems) == before:
            self._decide(name, node, bound)
        return bound

    def _params(
        self,
        name: str,
        node: Node[Any, Any],
        given: Mapping[str, Any],
        links: Links,
        over: tuple[str, ...],
    ) -> Bound:
        shared = self._keyer.shared(node)
        bound = Bound(dict(shared.fixed), {}, links)
        for port_name, port, default in shared.params:
            if port_name in links:
                bound.arguments.pop(port_name, None)
            elif port_name in given:
                self._param(name, port, given[port_name], bound, lifted=port_name in over)
            elif default is REQUIRED:
                self._missing(name, port)
            elif port.within is not None and default is not None:
                self._param(name, port, default, bound, lifted=False)
            else:
                bound.params[port_name] = default
        return bound

    def _missing(self, name: str, port: Port) -> None:
        if port.variadic:
            return
        cure = Phrase("link-or-type-it") if port.is_param else Phrase("link-it")
        self._report("missing-input", name, port.name, str(port.type), Phrase("nothing"), cure)

    def _check_lifted(self, name: str, node: Node[Any, Any], over: tuple[str, ...]) -> None:
        for port in over:
            if port not in node.inputs or node.inputs[port].variadic:
                fit = listed(port.name for port in node.inputs.values() if not port.variadic)
                expected, got = Phrase("one-of", known=fit), Phrase("in-over", port=port)
                self._report("not-liftable", name, port, expected, got, Phrase("drop-over"))

    def _param(self, name: str, port: Port, value: Any, bound: Bound, *, lifted: bool) -> None:
        try:
            if lifted or port.variadic:
                self._several(port, value, bound)
            elif port.within is not None and value is not None:
                self._file(port, port.within, value, bound)
            else:
                coerced = port.coerce(value)
                bound.arguments[port.name] = coerced
                bound.params[port.name] = plain(port, coerced)
        except ValueRefused as error:
            cure = Phrase("change-value")
            self._report("bad-value", name, port.name, error.expected, error.got, cure)
        except GraphError as error:
            self.problems += [replace(p, instance=name, port=port.name) for p in error.problems]
        except KnotworkError as error:
            got, cure = f'"{value}" ({error})', Phrase("see-there")
            self._report("bad-file", name, port.name, Phrase("file-readable"), got, cure)

    def _several(self, port: Port, value: Any, bound: Bound) -> None:
        """A list of values: one for each item of a lifted instance, or all that a variadic port takes."""
        if not isinstance(value, list):
            raise ValueRefused(Phrase("list-of", type=port.type), repr(value)[:80])
        items = cast("list[Any]", value)
        if port.within is None:
            coerced = [port.coerce(item) for item in items]
            bound.arguments[port.name] = coerced
            bound.params[port.name] = [plain(port, item) for item in coerced]
            return
        found = [self._located(port, port.within, item, hash_now=True) for item in items]
        bound.arguments[port.name] = [file for file, _ in found]
        bound.params[port.name] = [digest for _, digest in found]

    def _file(self, port: Port, within: Within, value: Any, bound: Bound) -> None:
        file, digest = self._located(port, within, value, hash_now=self._body)
        bound.arguments[port.name] = file
        bound.params[port.name] = digest
        if digest is None:
            bound.unhashed += (port.name,)

    def _located(self, port: Port, within: Within, value: Any, *, hash_now: bool) -> tuple[File, str | None]:
        path = self._files.resolve(port.coerce(value), within)
        digest = self._files.digest(path, within.suffixes, hash_now=hash_now)
        form = Folder if path.is_dir() else File
        return form(path, digest or ""), digest

    def _decide(self, name: str, node: Node[Any, Any], bound: Bound) -> None:
        """Drop the lazy ports that a constant makes needless; leave the rest to the run."""
        lazy = [port.name for port in node.inputs.values() if port.lazy]
        if any(port not in lazy for port in bound.links):
            bound.undecided = not self._body
            return
        try:
            wanted = set(needed_ports(node, bound.arguments))
        except Exception as error:  # a companion of a node may raise anything
            expected, cure = Phrase("choosable"), Phrase("change-values")
            self._report("no-choice", name, "", expected, say(error), cure)
            return
        for port in lazy:
            if port not in wanted:
                bound.links = {kept: sources for kept, sources in bound.links.items() if kept != port}
                bound.arguments.pop(port, None)
                bound.params.pop(port, None)

    def _report(self, code: str, instance: str, port: str, expected: str, got: str, cure: str) -> None:
        self.problems.append(Problem(code, instance, port, expected, got, cure))


def needed_ports(node: Node[Any, Any], arguments: Mapping[str, Any]) -> list[str]:
    """Ask a node which lazy ports it wants.

    Args:
        node: A node with a ``needs`` companion.
        arguments: Values of its eager inputs.
    """
    needs = node.companions["needs"]
    eager = {
        port.name: port.default
        for port in node.inputs.values()
        if not port.lazy and port.default is not REQUIRED
    } | dict(arguments)
    return list(needs(**{name: eager[name] for name in signature(needs).parameters}))
