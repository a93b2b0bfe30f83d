"""What the outputs of an instance depend on, where that is less than all that it is given.

Such an output's end of a link has a key of its own, over those inputs alone: what reads it isn't computed
again when another input changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from inspect import signature
from typing import Any

import msgpack

from engine.declare.node import Node
from engine.plan.keys import key_of


def depends(node: Node[Any, Any]) -> bool:
    """Whether a node says what its outputs depend on."""
    return "depends" in node.companions


def end_key(
    node: Node[Any, Any],
    output: str,
    payload: bytes,
    arguments: Mapping[str, Any],
    linked: Collection[str],
) -> bytes:
    """Key of an output: over what it depends on.

    Args:
        node: A node that says so.
        output: Name of the output.
        payload: What the instance's key hashes.
        arguments: Checked values of the instance's params, where they differ from the default.
        linked: Ports of the instance whose values aren't known yet.
    """
    ports = _told(node, output, arguments, linked)
    return key_of(payload) if ports is None else key_of(_restricted(payload, ports))


def _told(
    node: Node[Any, Any], output: str, arguments: Mapping[str, Any], linked: Collection[str]
) -> Collection[str] | None:
    companion = node.companions["depends"]
    asked = signature(companion).parameters
    if any(port in linked for port in asked):
        return None
    values = {port: arguments.get(port, node.inputs[port].default) for port in asked}
    try:
        return companion(**values).get(output)
    except Exception:  # a pack's code and a stranger's file: the run says what is wrong
        return None


def _restricted(payload: bytes, ports: Collection[str]) -> bytes:
    *head, params, links, extra = msgpack.unpackb(payload)
    kept = {port: value for port, value in params.items() if port in ports}
    return msgpack.packb((*head, kept, [link for link in links if link[0] in ports], extra))
