"""A plan: a graph compiled to arrays, with the key of everything that can be known before it runs.

Instances are numbers, links are lists of numbers, and nothing is recursive or quadratic. Plans don't change;
``revised`` shares every array that an edit leaves alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.declare.node import Node
from engine.errors import GraphError, Problem
from engine.graph.flat import GIVEN, Flat, Fork, Loop, Source
from engine.graph.order import arrange, cycle_problem
from engine.plan.bind import Binder, Files, Links
from engine.plan.dependence import depends, end_key
from engine.plan.keys import Keyer, key_of
from engine.wording import Phrase

IMPURE = "impure"
"""Stands in the place of a body's digest when that differs from run to run."""

LOOP_PARTS = 5
"""Parts of a loop in its key, in front of the turn that it goes on from."""


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
        ranks: Place of each instance in the order.
        sources: Instances that an instance reads.
        users: Instances that read an instance.
        payloads: What each early key hashes; None where the key is late or frozen.
        keys: Early keys; None where the key is known only at dispatch.
        outputs: Named outputs that are wanted.
        keyer: Computes the late keys.
        files: Digests the files that were too large while planning.
        frozen: Instance → key of the result that stands for it.
        flat: What the plan was compiled from.
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
    ranks: Sequence[int]
    sources: Sequence[Sequence[int]]
    users: Sequence[Sequence[int]]
    payloads: Sequence[bytes | None]
    keys: Sequence[bytes | None]
    outputs: Mapping[str, Source]
    keyer: Keyer
    files: Files
    frozen: Mapping[int, bytes]
    flat: Flat

    def number(self, name: str) -> int:
        """Number of an instance.

        Raises:
            GraphError: No instance has this name.
        """
        try:
            return self.names.index(name)
        except ValueError:
            expected, cure = Phrase("graph-instance"), Phrase("see-nodes")
            raise GraphError([Problem("unknown-instance", name, "", expected, f'"{name}"', cure)]) from None

    def computes(self, index: int) -> bool:
        """Whether tensors pass through an instance, or through the body of a loop."""
        if index not in self.bodies:
            return self.nodes[index].computes
        body = self.bodies[index]
        return any(body.computes(inner) for inner in range(len(body.names)))

    def lazy(self, index: int) -> frozenset[str]:
        """Ports of which an instance chooses some when it runs."""
        if index not in self.undecided:
            return frozenset()
        return frozenset(port.name for port in self.nodes[index].inputs.values() if port.lazy)

    def named_keys(self) -> dict[str, bytes]:
        """Early keys by instance, of those that have one."""
        return {name: key for name, key in zip(self.names, self.keys, strict=True) if key is not None}

    def held(self) -> list[bytes]:
        """Keys of what a run must not lose: its results, and what loops go on from."""
        forks = [fork.key for index in self.loops if (fork := self.fork(index)) is not None]
        return forks + [key for key in self.keys if key is not None]

    def fork(self, index: int) -> Fork | None:
        """The kept turn that a loop goes on from, if it is one that does."""
        return self.loops[index].fork if index in self.loops else None

    def revised(self, index: int, params: Mapping[str, Any]) -> Plan:
        """The plan after an edit of one instance's params; only what lies downstream gets new keys.

        Args:
            index: The edited instance.
            params: All of its typed-in values.

        Raises:
            GraphError: A value doesn't fit its port.
        """
        flat = replace(self.flat, params=[*self.flat.params])
        flat.params[index] = dict(params)
        binder = Binder(self.keyer, self.files, body=False)
        bound = binder.bind(flat, index)
        binder.finish()
        if bound.links != self.links[index]:  # a constant wants other lazy ports now
            return compile(flat, self.keyer, self.files, wanted=self.outputs)
        arguments, plains = [*self.arguments], [*self.params]
        payloads, keys = [*self.payloads], [*self.keys]
        arguments[index], plains[index] = bound.arguments, bound.params
        unhashed = dict(self.unhashed)
        unhashed.pop(index, None)
        if bound.unhashed:
            unhashed[index] = bound.unhashed
        edited = replace(
            self,
            arguments=arguments,
            params=plains,
            payloads=payloads,
            keys=keys,
            unhashed=unhashed,
            flat=flat,
        )
        payloads[index], keys[index] = edited.early(index)
        _rekey(edited, self.keys, payloads, keys, _downstream(self, index))
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
                key = self._end(source, output)
                if key is None:
                    return None, None
                ends.append((key, output))
            links.append((port, ends))
        extra = self.extra(index)
        if extra == IMPURE:
            return None, None
        payload = self.keyer.payload(self.nodes[index], self.params[index], links, extra)
        return payload, key_of(payload)

    def _end(self, source: int, output: str) -> bytes | None:
        """What a link from an output has in the key of whom it leads to; None while it isn't known."""
        if source == GIVEN:
            return b"given"
        key, payload, node = self.keys[source], self.payloads[source], self.nodes[source]
        if key is None or payload is None or source in self.over or not depends(node):
            return key
        return end_key(node, output, payload, self.arguments[source], self.links[source])

    def extra(self, index: int) -> object:
        """What enters an instance's key beside its node, params and links."""
        if index in self.loops:
            loop = self.loops[index]
            digest = self.bodies[index].digest()
            if not digest:
                return IMPURE
            return [digest, loop.carry, loop.each, loop.condition, loop.collect, *(loop.fork or ())]
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


def compile(
    flat: Flat, keyer: Keyer, files: Files, *, wanted: Mapping[str, Source] | None = None, body: bool = False
) -> Plan:
    """Compile a flat graph, which must not change from now on.

    Args:
        flat: The graph without levels.
        keyer: Computes keys.
        files: Finds and digests files named by params.
        wanted: Outputs wanted; the graph's named ones without it.
        body: Whether it is a loop's body, whose keys are needed early in any case.

    Raises:
        GraphError: Missing or refused values, files that can't be read, a cycle.
    """
    binder = Binder(keyer, files, body=body)
    outputs = flat.outputs if wanted is None else wanted
    binder.problems += _outputs_missing(flat, outputs)
    bound = [binder.bind(flat, index) for index in range(len(flat.names))]
    bodies = _bodies(flat, keyer, files, binder.problems)
    binder.finish()
    sources = [_sources(one.links) for one in bound]
    users = _users(sources)
    order = _order(users, flat.names)
    payloads: list[bytes | None] = [None] * len(bound)
    keys: list[bytes | None] = [None] * len(bound)
    draft = Plan(
        names=flat.names,
        nodes=flat.nodes,
        arguments=[one.arguments for one in bound],
        links=[one.links for one in bound],
        params=[one.params for one in bound],
        over=flat.over,
        loops=flat.loops,
        bodies=bodies,
        undecided=frozenset(i for i, one in enumerate(bound) if one.undecided),
        unhashed={i: one.unhashed for i, one in enumerate(bound) if one.unhashed},
        order=order,
        ranks=_ranks(order),
        sources=sources,
        users=users,
        payloads=payloads,
        keys=keys,
        outputs=outputs,
        keyer=keyer,
        files=files,
        frozen=flat.frozen,
        flat=flat,
    )
    for index in order:
        payloads[index], keys[index] = draft.early(index)
    return draft


def _bodies(flat: Flat, keyer: Keyer, files: Files, problems: list[Problem]) -> dict[int, Plan]:
    """Compile the bodies of loops; their problems are named with the way through the loop."""
    bodies: dict[int, Plan] = {}
    for index, loop in flat.loops.items():
        try:
            bodies[index] = compile(loop.body, keyer, files, body=True)
        except GraphError as error:
            problems += [replace(p, instance=f"{flat.names[index]}/{p.instance}") for p in error.problems]
    return bodies


def _outputs_missing(flat: Flat, wanted: Mapping[str, Source]) -> Iterable[Problem]:
    for name, (source, output) in wanted.items():
        if source == GIVEN:
            continue
        loop = flat.loops.get(source)
        declared = flat.nodes[source].outputs if loop is None else (*loop.carry, *loop.collect)
        if output not in declared:
            cure = Phrase("its-outputs", known=", ".join(declared))
            yield Problem("missing-port", flat.names[source], output, Phrase("output"), f'"{name}"', cure)


def _has_links(plan: Plan, index: int) -> bool:
    return any(port in plan.links[index] for port in plan.over[index])


def _sources(ports: Links) -> list[int]:
    found = [source for ends in ports.values() for source, _ in ends if source != GIVEN]
    return found if len(found) < 2 else [*dict.fromkeys(found)]


def _users(sources: Sequence[Sequence[int]]) -> list[list[int]]:
    users: list[list[int]] = [[] for _ in sources]
    for index, read in enumerate(sources):
        for source in read:
            users[source].append(index)
    return users


def _order(users: Sequence[Sequence[int]], names: Sequence[str]) -> list[int]:
    order, cycles = arrange(users)
    if cycles:
        raise GraphError([cycle_problem([names[index] for index in cycle]) for cycle in cycles])
    return order


def _ranks(order: Sequence[int]) -> list[int]:
    ranks = [0] * len(order)
    for rank, index in enumerate(order):
        ranks[index] = rank
    return ranks


def _downstream(plan: Plan, index: int) -> list[int]:
    """All that depends on an instance, each after its sources; what does not depend costs nothing."""
    seen = {index}
    cone = [index]
    for i in cone:
        for user in plan.users[i]:
            if user not in seen:
                seen.add(user)
                cone.append(user)
    return sorted(cone[1:], key=plan.ranks.__getitem__)


def _rekey(
    plan: Plan,
    before: Sequence[bytes | None],
    payloads: list[bytes | None],
    keys: list[bytes | None],
    cone: Iterable[int],
) -> None:
    """Compute keys anew where a source has another one now.

    A payload holds the keys of its sources and changes in nothing else, so where one source moved, and no
    other has the same key, the new key is put in the place of the old one: to pack everything again takes
    four times as long.

    Args:
        plan: What the payloads and keys are of.
        before: The keys before.
        payloads: Of all instances, changed in place.
        keys: Of all instances, changed in place.
        cone: Instances to look at, each after its sources.
    """
    for i in cone:
        sources = plan.sources[i]
        moved = [source for source in sources if keys[source] != before[source]]
        if not moved:
            continue
        payload, old, new = payloads[i], before[moved[0]], keys[moved[0]]
        alone = len(sources) == 1 or sum(before[source] == old for source in sources) == len(moved) == 1
        if not alone or depends(plan.nodes[moved[0]]) or payload is None or old is None or new is None:
            payloads[i], keys[i] = plan.early(i)
        else:
            payloads[i] = payload = payload.replace(old, new)
            keys[i] = key_of(payload)
