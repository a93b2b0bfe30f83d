"""Late keys, known only at dispatch: they hash the inputs' content in the place of what computed them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.graph.flat import Source
from engine.plan.keys import key_of, plain
from engine.plan.plan import Plan
from engine.run.slots import Slot
from engine.store.ref import Ref

Key = tuple[bytes, bytes]
"""A key, and the payload that it hashes."""

Digest = Callable[[Any], Ref]


def linked_key(
    plan: Plan, index: int, links: Mapping[str, Sequence[Source]], slots: Mapping[int, Mapping[str, Slot]]
) -> Key | None:
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
    params = plan.params[index]
    for port in plan.unhashed.get(index, ()):
        params = params | {port: hash_file(plan, index, port)}
    payload = plan.keyer.payload(plan.nodes[index], params, ports, plan.extra(index))
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


def hash_file(plan: Plan, index: int, port: str) -> str:
    """Content digest of a file that was too large to hash while planning."""
    within = plan.nodes[index].inputs[port].within
    assert within is not None
    digest = plan.files.digest(plan.arguments[index][port].path, within.suffixes, hash_now=True)
    assert digest is not None
    return digest
