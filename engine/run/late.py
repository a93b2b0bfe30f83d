"""Late keys, known only at dispatch: they hash the inputs' content in the place of what computed them.

Where nothing but the digest of a large file was missing, the key becomes the early one once the file is
hashed: the next plan knows the digest, and finds under that key what this run stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.graph.flat import Source
from engine.plan.keys import key_of, plain
from engine.plan.plan import Plan
from engine.run.slots import Slot
from engine.store.ref import Ref

Key = tuple[bytes, bytes]
"""A key, and the payload that it hashes."""

Digest = Callable[[Any], Ref]
Slots = Mapping[int, Mapping[str, Slot]]


@dataclass(frozen=True, slots=True)
class Hashed:
    """Large files of an instance have been hashed.

    Attributes:
        digests: By port.
    """

    digests: dict[str, str]


class LateKeys:
    """Finds late keys, each after those of its sources, and keeps the digests of large files.

    Args:
        plan: What is run; it stays as it is.

    Attributes:
        plan: The same, with what has become known meanwhile: digests of files, and the keys over them.
    """

    def __init__(self, plan: Plan) -> None:
        self._arguments, self._params = [*plan.arguments], [*plan.params]
        self._payloads, self._keys = [*plan.payloads], [*plan.keys]
        self._unhashed = dict(plan.unhashed)
        self.plan = plan
        if plan.unhashed:
            self.plan = replace(
                plan,
                arguments=self._arguments,
                params=self._params,
                payloads=self._payloads,
                keys=self._keys,
                unhashed=self._unhashed,
            )

    def find(self, index: int, links: Mapping[str, Sequence[Source]], slots: Slots | None) -> Key | None:
        """Key of an instance whose key was not known in planning.

        Args:
            index: The instance.
            links: The links that it really reads.
            slots: Values by instance and output; None when some that it reads are not at hand.

        Returns:
            None when the result can't be found again.

        Raises:
            KnotworkError: A file that it reads can't be hashed.
        """
        if index in self._unhashed:
            self.note(index, self.hashed(index))
        payload, key = self.plan.early(index)
        if payload is not None and key is not None:
            self._payloads[index], self._keys[index] = payload, key
            return key, payload
        return None if slots is None else linked_key(self.plan, index, links, slots)

    def waits_for_files(self, index: int) -> bool:
        """Whether large files of an instance have not been hashed yet."""
        return index in self._unhashed

    def hashed(self, index: int, tick: Callable[[], None] = lambda: None) -> Hashed:
        """Hash the large files of an instance, in whichever thread; what is found is to be noted.

        Args:
            index: The instance.
            tick: Called on the way; what it raises ends the reading.

        Raises:
            KnotworkError: A file can't be read.
        """
        return Hashed({port: self._digest(index, port, tick) for port in self._unhashed[index]})

    def note(self, index: int, hashed: Hashed) -> None:
        """Keep the digests of an instance's large files."""
        arguments = dict(self._arguments[index])
        for port, digest in hashed.digests.items():
            arguments[port] = replace(arguments[port], digest=digest)
        self._arguments[index], self._params[index] = arguments, {**self._params[index], **hashed.digests}
        del self._unhashed[index]

    def _digest(self, index: int, port: str, tick: Callable[[], None]) -> str:
        within = self.plan.nodes[index].inputs[port].within
        assert within is not None
        path = self._arguments[index][port].path
        digest = self.plan.files.digest(path, within.suffixes, hash_now=True, tick=tick)
        assert digest is not None
        return digest


def linked_key(plan: Plan, index: int, links: Mapping[str, Sequence[Source]], slots: Slots) -> Key | None:
    """Key of an instance over the digests of what it reads.

    Args:
        plan: The plan.
        index: The instance.
        links: The links that it really reads.
        slots: Values by instance and output.

    Returns:
        None when an input has neither a digest nor a key, so that the result can't be found again.
    """
    if index in plan.loops and not plan.bodies[index].digest():
        return None
    ports: list[tuple[str, list[tuple[bytes, str]]]] = []
    for port, sources in sorted(links.items()):
        ends: list[tuple[bytes, str]] = []
        for source, output in sources:
            ref, key = slots[source][output].ref, plan.keys[source]
            if ref is not None:
                ends.append((ref.digest.encode(), ""))
            elif key is not None:
                ends.append((key, output))
            else:
                return None
        ports.append((port, ends))
    payload = plan.keyer.payload(plan.nodes[index], plan.params[index], ports, plan.extra(index))
    return key_of(payload), payload


def item_key(plan: Plan, index: int, arguments: Mapping[str, Any], digest: Digest) -> Key:
    """Key of one item of a lifted instance, over the values themselves.

    Args:
        plan: The plan.
        index: The instance.
        arguments: What the item's call gets.
        digest: Gives the ref that a value would have.
    """
    node = plan.nodes[index]
    params: dict[str, Any] = {}
    links: list[tuple[str, list[tuple[bytes, str]]]] = []
    for port in sorted(node.inputs.values(), key=lambda port: port.name):
        if port.name not in arguments:
            if port.name in plan.params[index]:
                params[port.name] = plan.params[index][port.name]
            continue
        value = arguments[port.name]
        if port.within is not None and port.name in plan.params[index]:
            params[port.name] = value.digest
        elif port.is_param and port.name not in plan.links[index] and not port.variadic:
            params[port.name] = plain(port, value)
        else:
            values = value if port.variadic else [value]
            links.append((port.name, [(digest(one).digest.encode(), "") for one in values]))
    payload = plan.keyer.payload(node, params, links)
    return key_of(payload), payload
