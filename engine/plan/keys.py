"""Keys: the digest of what a node would compute.

An early key is known before anything runs: it hashes the node, its effective params and the keys of what is
linked to it. A late key hashes the content digests of the inputs instead. The hashed bytes are MessagePack,
and the store keeps them, so that a later plan can tell which ingredient changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any

import msgpack

from engine.declare.node import REQUIRED, Node, Port
from engine.declare.registry import Registry

SCHEMA = 1
PLAIN = frozenset({bool, int, float, str, type(None)})


@dataclass(slots=True)
class NodeKeys:
    """What the keys of all instances of a node share.

    Attributes:
        head: Schema, id, version, pack version, environment.
        params: The ports that hold params, by name, with the plain form of their defaults.
        linked: The ports that must be linked.
        fixed: Defaults that the function gets as a typed-in value would come: 1.0 for a float that says 1.
    """

    head: tuple[Any, ...]
    params: tuple[tuple[str, Port, Any], ...]
    linked: tuple[str, ...]
    fixed: dict[str, Any]


@dataclass(slots=True)
class Keyer:
    """Computes keys.

    Attributes:
        registry: Tells which pack a node came from.
        environment: Enters the keys of nodes that compute on tensors.
    """

    registry: Registry
    environment: tuple[str, ...]
    _shared: dict[Node[Any, Any], NodeKeys] = field(default_factory=dict[Node[Any, Any], NodeKeys])

    def shared(self, node: Node[Any, Any]) -> NodeKeys:
        """What the keys of all instances of a node share, computed once."""
        found = self._shared.get(node)
        if found is None:
            found = self._shared[node] = self._read(node)
        return found

    def _read(self, node: Node[Any, Any]) -> NodeKeys:
        ports = sorted(node.inputs.values(), key=lambda port: port.name)
        linked = tuple(port.name for port in ports if port.required and not port.is_param)
        held = [port for port in ports if port.is_param]
        fixed: dict[str, Any] = {}
        params: list[tuple[str, Port, Any]] = []
        for port in held:
            default = port.default
            if default is not REQUIRED and port.within is None:
                coerced = port.coerce(default)
                if repr(coerced) != repr(default):
                    fixed[port.name] = coerced
                default = plain(port, coerced)
            params.append((port.name, port, default))
        return NodeKeys(self._head(node), tuple(params), linked, fixed)

    def _head(self, node: Node[Any, Any]) -> tuple[Any, ...]:
        environment = self.environment if node.computes else None
        return (SCHEMA, node.id, node.version, self.registry.version_of(node), environment)

    def payload(
        self,
        node: Node[Any, Any],
        params: Mapping[str, Any],
        links: Sequence[tuple[str, Sequence[tuple[bytes, str]]]],
        extra: object = None,
    ) -> bytes:
        """The bytes that a key hashes.

        Args:
            node: The node.
            params: Plain effective params, sorted by name.
            links: Port → what is linked: an upstream key and output, or a content digest and an empty string.
            extra: What else changes the result: lifted ports, a loop's body.
        """
        return msgpack.packb((*self.shared(node).head, params, links, extra))


def plain(port: Port, value: Any) -> Any:
    """The form of a param's value that enters keys."""
    if type(value) in PLAIN:
        return value
    return value.value if isinstance(value, Enum) else port.plain(value)


def key_of(payload: bytes) -> bytes:
    """The key of hashed ingredients: 20 bytes."""
    return blake2b(payload, digest_size=20).digest()


def ingredients(payload: bytes) -> dict[str, Any]:
    """The ingredients of a stored key, by what a reader calls them."""
    schema, id, version, pack, environment, params, links, extra = msgpack.unpackb(payload)
    return {
        "schema": schema,
        "node": id,
        "version": version,
        "pack": pack,
        "environment": environment,
        "params": params,
        "links": {port: [tuple(source) for source in sources] for port, sources in links},
        "extra": extra,
    }
