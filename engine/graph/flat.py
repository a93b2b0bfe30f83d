"""A graph without levels: what the plan is compiled from.

Instances are numbered in the order of the document. A source is ``(instance, output)``; in a loop's body the
instance ``GIVEN`` stands for a value that the loop hands in, named by the output.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.declare.node import Node

Source = tuple[int, str]
GIVEN = -1


class Fork(NamedTuple):
    """The kept turn that a loop goes on from.

    Attributes:
        turn: Turns done by then.
        key: Under which the values after them are stored.
    """

    turn: int
    key: bytes


@dataclass(frozen=True, slots=True)
class Loop:
    """What a loop instance repeats.

    Attributes:
        body: Its instances, without those that don't change from turn to turn.
        carry: Names of the values handed from turn to turn; also outputs of the body.
        each: Whether it goes over items, else it counts.
        condition: Output of the body that says whether to go on; empty when there is none.
        collect: Outputs of the body that are gathered into lists.
        checkpoint: Turns between checkpoints; 0 = none.
        keep: Checkpoints that stay, the last ones.
        fork: What it goes on from in the place of its start values; None when it begins at its beginning.
    """

    body: Flat
    carry: tuple[str, ...]
    each: bool
    condition: str
    collect: tuple[str, ...]
    checkpoint: int
    keep: int
    fork: Fork | None = None


@dataclass(slots=True)
class Flat:
    """Instances and links, all on one level.

    Attributes:
        names: Path of each instance: ``sampler/step`` is the instance ``step`` in the subgraph ``sampler``.
        nodes: Its node.
        params: Values typed in, by port, as in the document.
        links: Sources by port, in order.
        over: Ports over whose items it is repeated.
        frozen: Instance → key of the result that stands for it.
        loops: Instance → its loop. Ports of a loop are ``carry/x``, ``in/x``, ``items`` and ``count``.
        outputs: Named outputs of the graph.
        spared: Outputs that would be start values of loops that go on from a kept turn.
    """

    names: list[str] = field(default_factory=list[str])
    nodes: list[Node[Any, Any]] = field(default_factory=list[Node[Any, Any]])
    params: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    links: list[dict[str, list[Source]]] = field(default_factory=list[dict[str, list[Source]]])
    over: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    frozen: dict[int, bytes] = field(default_factory=dict[int, bytes])
    loops: dict[int, Loop] = field(default_factory=dict[int, Loop])
    outputs: dict[str, Source] = field(default_factory=dict[str, Source])
    spared: set[Source] = field(default_factory=set[Source])

    def add(self, name: str, node: Node[Any, Any]) -> int:
        """Append an instance without params or links; its number."""
        self.names.append(name)
        self.nodes.append(node)
        self.params.append({})
        self.links.append({})
        return len(self.names) - 1
