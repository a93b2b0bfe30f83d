"""A plan: a graph compiled to arrays, with the key of everything that can be known before it runs.

Instances are numbers, links are lists of numbers, and nothing is recursive or quadratic. Plans don't change;
``revised`` shares every array that an edit leaves alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from engine.declare.node import REQUIRED, Node, Port
from engine.declare.types import File, Folder, Within
from engine.errors import GraphError, Problem, ValueRefused
from engine.graph.flat import GIVEN, Flat, Loop, Source
from engine.plan.keys import Keyer, key_of, plain

Links = dict[str, list[Source]]


class Files(Protocol):
    """How a plan finds and digests the files that params name."""

    def resolve(self, text: str, within: Within) -> Path:
        """The file's place, inside the roots that its port allows."""
        ...

    def digest(self, path: Path, suffixes: tuple[str, ...], *, hash_now: bool = False) -> str | None:
        """Its content digest; None for a large file that was not hashed yet."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled graph.

    Attributes:
        names: Path of each instance.
        nodes: Its node.
        arguments: Checked values of its params, where they differ from the default.
        links: Sources of each linked port; lazy ports that aren't needed are gone.
        params: Plain effective params, as they enter the key.
        over: Ports over whose items an instance is repeated.
        loops: Instance → its loop.
        bodies: Instance → its loop's body, compiled.
        undecided: Instances whose lazy ports are chosen when they run.
        unhashed: Instance → ports whose file is hashed when it runs.
        order: Instances, each after its sources.
        users: Instances that read an instance.
        payloads: What each early key hashes; None where the key is late or frozen.
        keys: Early keys; None where the key is known only at dispatch.
        outputs: Named outputs that are wanted.
        keyer: Computes the late keys.
    """

    names: Sequence[str]
    nodes: Sequence[Node[Any, Any]]
    arguments: Sequence[dict[str, Any]]
    links: Sequence[Links]
    params: Sequence[dict[str, Any]]
    over: Mapping[int, tuple[str, ...]]
    loops: Mapping[int, Loop]
    bodies: Mapping[int, Plan]
    undecided: frozenset[int]
    unhashed: Mapping[int, tuple[str, ...]]
    order: Sequence[int]
    users: Sequence[Sequence[int]]
    payloads: Sequence[bytes | None]
    keys: Sequence[bytes | None]
    outputs: Mapping[str, Source]
    keyer: Keyer
    files: Files
    frozen: Mapping[int, bytes] = field(default_factory=dict[int, bytes])

    def number(self, name: str) -> int:
        """Number of an instance.

        Raises:
            GraphError: No instance has this name.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise GraphError(
                [
                    Problem(
                        "unknown-instance",
                        name,
                        "",
                        "an instance of the graph",
                        f'"{name}"',
                        "See its nodes.",
                    )
                ]
            ) from None

    def computes(self, index: int) -> bool:
        """Whether tensors pass through an instance, or through the body of a loop."""
        if index not in self.bodies:
            return self.nodes[index].computes
        body = self.bodies[index]
        return any(body.computes(inner) for inner in range(len(body.names)))

    def named_keys(self) -> dict[str, bytes]:
        """Early keys by instance, of those that have one."""
        return {name: key for name, key in zip(self.names, self.keys, strict=True) if key is not None}

    def revised(self, index: int, params: Mapping[str, Any]) -> Plan:
        """The plan after an edit of one instance's params; only what lies downstream gets new keys.

        Args:
            index: The edited instance.
            params: All of its typed-in values.

        Raises:
            GraphError: A value doesn't fit its port.
        """
        binder = _Binder(self.keyer, self.files, body=False)
        bound = binder.bind(self.names[index], self.nodes[index], params, self.links[index])
        binder.finish()
        arguments, plains, payloads, keys = map(list, (self.arguments, self.params, self.payloads, self.keys))
        arguments[index], plains[index] = bound.arguments, bound.params
        unhashed = dict(self.unhashed)
        unhashed.pop(index, None)
        if bound.unhashed:
            unhashed[index] = bound.unhashed
        edited = replace(
            self, arguments=arguments, params=plains, payloads=payloads, keys=keys, unhashed=unhashed
        )
        for i in _downstream(self, index):
            payloads[i], keys[i] = edited.early(i)
        return edited

    def early(self, index: int) -> tuple[bytes | None, bytes | None]:
        """Payload and early key of an instance whose sources have theirs; None where it is late."""
        if index in self.frozen:
            return None, self.frozen[index]
        if index in self.undecided or index in self.unhashed or not self.nodes[index].pure:
            return None, None
        if index in self.over and _has_links(self, index):
            return None, None
        links: list[tuple[str, list[tuple[bytes, str]]]] = []
        for port, sources in sorted(self.links[index].items()):
            ends: list[tuple[bytes, str]] = []
            for source, output in sources:
                key = self.keys[source] if source != GIVEN else b"given"
                if key is None:
                    return None, None
                ends.append((key, output))
            links.append((port, ends))
        extra = self.extra(index)
        if extra == IMPURE:
            return None, None
        payload = self.keyer.payload(self.nodes[index], self.params[index], links, extra)
        return payload, key_of(payload)

    def extra(self, index: int) -> object:
        """What enters an instance's key beside its node, params and links."""
        if index in self.loops:
            loop = self.loops[index]
            digest = self.bodies[index].digest()
            return [digest, loop.carry, loop.each, loop.condition, loop.collect] if digest else IMPURE
        return self.over.get(index)

    def digest(self) -> bytes:
        """Digest of what the wanted outputs compute; empty when that differs from run to run."""
        ends: list[tuple[str, bytes, str]] = []
        for name, (source, output) in sorted(self.outputs.items()):
            key = self.keys[source] if source != GIVEN else b"given"
            if key is None:
                return b""
            ends.append((name, key, output))
        return key_of(repr(ends).encode())


IMPURE = "impure"


def compile(
    flat: Flat, keyer: Keyer, files: Files, *, wanted: Mapping[str, Source] | None = None, body: bool = False
) -> Plan:
    """Compile a flat graph.

    Args:
        flat: The graph without levels.
        keyer: Computes keys.
        files: Finds and digests files named by params.
        wanted: Outputs wanted; the graph's named ones without it.
        body: Whether it is a loop's body, whose keys are needed early in any case.

    Raises:
        GraphError: Missing or refused values, files that can't be read, a cycle.
    """
    binder = _Binder(keyer, files, body=body)
    outputs = flat.outputs if wanted is None else wanted
    binder.problems += _outputs_missing(flat, outputs)
    bound = [
        binder.bind(name, node, flat.params[i], flat.links[i], flat.over.get(i, ()), loop=i in flat.loops)
        for i, (name, node) in enumerate(zip(flat.names, flat.nodes, strict=True))
    ]
    binder.finish()
    links = [one.links for one in bound]
    users = _users(links)
    size = len(bound)
    payloads: list[bytes | None] = [None] * size
    keys: list[bytes | None] = [None] * size
    draft = Plan(
        names=flat.names,
        nodes=flat.nodes,
        arguments=[one.arguments for one in bound],
        links=links,
        params=[one.params for one in bound],
        over=flat.over,
        loops=flat.loops,
        bodies={i: compile(loop.body, keyer, files, body=True) for i, loop in flat.loops.items()},
        undecided=frozenset(i for i, one in enumerate(bound) if one.undecided),
        unhashed={i: one.unhashed for i, one in enumerate(bound) if one.unhashed},
        order=_order(links, users, flat.names),
        users=users,
        payloads=payloads,
        keys=keys,
        outputs=outputs,
        keyer=keyer,
        files=files,
        frozen=flat.frozen,
    )
    for index in draft.order:
        payloads[index], keys[index] = draft.early(index)
    return draft


@dataclass(slots=True)
class _Bound:
    """One instance with its values checked."""

    arguments: dict[str, Any]
    params: dict[str, Any]
    links: Links
    undecided: bool = False
    unhashed: tuple[str, ...] = ()


class _Binder:
    """Checks typed-in values and decides what can be decided about lazy ports."""

    def __init__(self, keyer: Keyer, files: Files, *, body: bool) -> None:
        self._keyer = keyer
        self._files = files
        self._body = body
        self.problems: list[Problem] = []

    def finish(self) -> None:
        if self.problems:
            raise GraphError(self.problems)

    def bind(
        self,
        name: str,
        node: Node[Any, Any],
        given: Mapping[str, Any],
        links: Links,
        over: tuple[str, ...] = (),
        *,
        loop: bool = False,
    ) -> _Bound:
        if loop:
            return _Bound(dict(given), dict(sorted(given.items())), links)
        bound = _Bound({}, {}, links)
        for port_name, port, default in self._keyer.shared(node).params:
            if port_name in links:
                continue
            if port_name in given:
                self._param(name, port, given[port_name], bound, lifted=port_name in over)
            elif default is REQUIRED:
                self._missing(name, port, bound)
            elif port.within is not None and default is not None:
                self._param(name, port, default, bound, lifted=False)
            else:
                bound.params[port_name] = default
        for port_name, port in node.inputs.items():
            if port.required and not port.is_param and port_name not in links:
                self._missing(name, port, bound)
        if "needs" in node.companions:
            self._decide(node, bound)
        return bound

    def _missing(self, name: str, port: Port, bound: _Bound) -> None:
        if port.variadic:
            return
        cure = "Link it or type a value." if port.is_param else "Link it."
        self.problems.append(Problem("missing-input", name, port.name, str(port.type), "nothing", cure))

    def _param(self, name: str, port: Port, value: Any, bound: _Bound, *, lifted: bool) -> None:
        try:
            if lifted:
                items = [port.coerce(item) for item in value]
                bound.arguments[port.name] = items
                bound.params[port.name] = [plain(port, item) for item in items]
                return
            if port.within is not None and value is not None:
                self._file(port, value, bound)
                return
            coerced = port.coerce(value)
        except ValueRefused as error:
            self.problems.append(
                Problem("bad-value", name, port.name, error.expected, error.got, "Change the value.")
            )
            return
        except GraphError as error:
            self.problems += [replace(p, instance=name, port=port.name) for p in error.problems]
            return
        bound.arguments[port.name] = (coerced,) if port.variadic else coerced
        bound.params[port.name] = plain(port, coerced)

    def _file(self, port: Port, value: Any, bound: _Bound) -> None:
        assert port.within is not None
        path = self._files.resolve(port.coerce(value), port.within)
        digest = self._files.digest(path, port.within.suffixes, hash_now=self._body)
        form = Folder if path.is_dir() else File
        bound.arguments[port.name] = form(path, digest or "")
        bound.params[port.name] = digest
        if digest is None:
            bound.unhashed += (port.name,)

    def _decide(self, node: Node[Any, Any], bound: _Bound) -> None:
        """Drop the lazy ports that a constant makes needless; leave the rest to the run."""
        lazy = [port.name for port in node.inputs.values() if port.lazy]
        eager_links = [port for port in bound.links if port not in lazy]
        if eager_links:
            bound.undecided = not self._body
            return
        wanted = set(needed_ports(node, bound.arguments))
        for port in lazy:
            if port not in wanted:
                bound.links = {name: sources for name, sources in bound.links.items() if name != port}
                bound.arguments.pop(port, None)
                bound.params.pop(port, None)


def needed_ports(node: Node[Any, Any], arguments: Mapping[str, Any]) -> list[str]:
    """Ask a node which lazy ports it wants.

    Args:
        node: A node with a ``needs`` companion.
        arguments: Values of its eager inputs.
    """
    from inspect import signature

    needs = node.companions["needs"]
    eager = {
        port.name: port.default
        for port in node.inputs.values()
        if not port.lazy and port.default is not REQUIRED
    } | dict(arguments)
    return list(needs(**{name: eager[name] for name in signature(needs).parameters}))


def _outputs_missing(flat: Flat, wanted: Mapping[str, Source]) -> Iterable[Problem]:
    for name, (source, output) in wanted.items():
        if source == GIVEN:
            continue
        loop = flat.loops.get(source)
        declared = flat.nodes[source].outputs if loop is None else (*loop.carry, *loop.collect)
        if output not in declared:
            cure = f"Its outputs: {', '.join(declared)}."
            yield Problem("missing-port", flat.names[source], output, "an output", f'"{name}"', cure)


def _has_links(plan: Plan, index: int) -> bool:
    return any(port in plan.links[index] for port in plan.over[index])


def _users(links: Sequence[Links]) -> list[list[int]]:
    users: list[list[int]] = [[] for _ in links]
    for index, ports in enumerate(links):
        for sources in ports.values():
            for source, _ in sources:
                if source != GIVEN:
                    users[source].append(index)
    return users


def _order(links: Sequence[Links], users: Sequence[Sequence[int]], names: Sequence[str]) -> list[int]:
    waiting = [
        sum(1 for sources in ports.values() for source, _ in sources if source != GIVEN) for ports in links
    ]
    order = [index for index, count in enumerate(waiting) if not count]
    for index in order:
        for user in users[index]:
            waiting[user] -= 1
            if not waiting[user]:
                order.append(user)
    if len(order) < len(links):
        raise GraphError([_cycle(links, waiting, names)])
    return order


def _cycle(links: Sequence[Links], waiting: Sequence[int], names: Sequence[str]) -> Problem:
    """Walk upstream among what never became ready until an instance comes round again."""
    index = next(i for i, count in enumerate(waiting) if count)
    seen: dict[int, int] = {}
    path: list[int] = []
    while index not in seen:
        seen[index] = len(path)
        path.append(index)
        index = next(s for sources in links[index].values() for s, _ in sources if s != GIVEN and waiting[s])
    cycle = [names[i] for i in reversed(path[seen[index] :])]
    text = " → ".join([*cycle, cycle[0]])
    return Problem("cycle", cycle[0], "", "no way back to itself", text, "Remove one of these links.")


def _downstream(plan: Plan, index: int) -> list[int]:
    """An instance and all that depends on it, each after its sources."""
    seen = {index}
    cone = [index]
    for i in cone:
        for user in plan.users[i]:
            if user not in seen:
                seen.add(user)
                cone.append(user)
    if len(cone) == 1:
        return cone
    rank = {i: place for place, i in enumerate(plan.order)}
    return sorted(cone, key=rank.__getitem__)
