"""Keys: the digest of what a node would compute.

An early key is known before anything runs: it hashes the node, its effective params and the keys of what is linked
to it. A late key hashes the content digests of the inputs instead. The hashed bytes are MessagePack, and the store
keeps them, so that a later plan can tell which ingredient changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any

import msgpack

from engine.declare.node import REQUIRED, Node, Port
from engine.declare.registry import Registry, pack_version

SCHEMA = 1
PLAIN = frozenset({bool, int, float, str, type(None)})


@dataclass(slots=True)
class NodeKeys:
    """What the keys of all instances of a node share.

    Attributes:
        head: Schema, id, version, pack version, environment.
        params: The ports that hold params, with the plain form of their defaults.
    """

    head: tuple[Any, ...]
    params: tuple[tuple[str, Port, Any], ...]


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
            found = self._shared[node] = NodeKeys(self._head(node), _params(node))
        return found

    def _head(self, node: Node[Any, Any]) -> tuple[Any, ...]:
        environment = self.environment if node.computes else None
        return (SCHEMA, node.id, node.version, pack_version(self.registry.pack_of(node.id)), environment)

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


def _params(node: Node[Any, Any]) -> tuple[tuple[str, Port, Any], ...]:
    ports = sorted((port for port in node.inputs.values() if port.is_param), key=lambda port: port.name)
    return tuple(
        (port.name, port, REQUIRED if port.default is REQUIRED else plain(port, port.default))
        for port in ports
    )


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
