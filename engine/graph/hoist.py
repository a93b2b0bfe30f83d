"""What a loop's body computes alike in every turn, moved out in front of the loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.graph.flat import GIVEN, Flat, Source


@dataclass(slots=True)
class Moved:
    """Instances that left a body.

    Attributes:
        names: Body instance → its name in the body, which names what it hands in.
        place: Body instance → its number outside.
        links: Links of the instances that moved, in the body's numbers.
        handed_in: Outputs that the body still reads.
    """

    names: list[str]
    place: dict[int, int] = field(default_factory=dict[int, int])
    links: list[tuple[int, str, list[Source]]] = field(default_factory=list[tuple[int, str, list[Source]]])
    handed_in: list[Source] = field(default_factory=list[Source])

    def name(self, index: int, port: str) -> str:
        """Name under which the loop hands an output into the body."""
        return f"{self.names[index]}.{port}"


def hoist(body: Flat, turning: set[str], outer: Flat, path: str) -> Moved:
    """Move a body's invariants in front of its loop.

    Args:
        body: The loop's body; what moves is taken out of it.
        turning: Given values that change from turn to turn.
        outer: Where they go.
        path: Name of the loop.
    """
    moved = Moved(body.names)
    for index in _invariant(body, turning):
        target = outer.add(f"{path}/{body.names[index]}", body.nodes[index])
        moved.place[index] = target
        moved.links += [(index, port, sources) for port, sources in body.links[index].items()]
        outer.params[target] = body.params[index]
        if index in body.over:
            outer.over[target] = body.over[index]
        if index in body.frozen:
            outer.frozen[target] = body.frozen[index]
        if index in body.loops:
            outer.loops[target] = body.loops[index]
    _close_up(body, moved)
    return moved


def _invariant(body: Flat, turning: set[str]) -> list[int]:
    varies = [not node.pure for node in body.nodes]
    users: dict[int, list[int]] = {}
    for index in range(len(body.names)):
        for source, port in _sources(body, index):
            users.setdefault(source, []).append(index)
            varies[index] |= source == GIVEN and port in turning
    waiting = [index for index, changes in enumerate(varies) if changes]
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if not varies[user]:
                varies[user] = True
                waiting.append(user)
    return [index for index, changes in enumerate(varies) if not changes]


def _sources(flat: Flat, index: int) -> Iterator[Source]:
    for sources in flat.links[index].values():
        yield from sources


def _close_up(body: Flat, moved: Moved) -> None:
    """Renumber what stays, and read what left under the name that the loop hands it in by."""
    stays = [index for index in range(len(body.names)) if index not in moved.place]
    place = {index: new for new, index in enumerate(stays)}
    handed_in: dict[Source, None] = {}

    def renumbered(source: Source) -> Source:
        index, port = source
        if index in place or index == GIVEN:
            return place.get(index, GIVEN), port
        handed_in[source] = None
        return GIVEN, moved.name(index, port)

    body.links = [
        {port: [renumbered(source) for source in sources] for port, sources in body.links[index].items()}
        for index in stays
    ]
    body.outputs = {name: renumbered(source) for name, source in body.outputs.items()}
    body.names = [body.names[index] for index in stays]
    body.nodes = [body.nodes[index] for index in stays]
    body.params = [body.params[index] for index in stays]
    body.over = {place[index]: ports for index, ports in body.over.items() if index in place}
    body.frozen = {place[index]: key for index, key in body.frozen.items() if index in place}
    body.loops = {place[index]: loop for index, loop in body.loops.items() if index in place}
    moved.handed_in = list(handed_in)
