"""What differs between two runs: graphs, values, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from pydantic import JsonValue

from engine.graph.diff import diff
from engine.graph.document import Graph
from engine.service.pictures import Difference
from engine.service.records import ArtifactRecord, RunRecord, Wire

Pictures = Callable[[ArtifactRecord, ArtifactRecord], Difference | None]
"""How two files differ as pictures; None when they can't be compared."""


class GraphChange(Wire):
    """One difference of two graphs; see ``engine.graph.diff.Change``."""

    kind: Literal["added", "removed", "changed", "renamed"]
    instance: str
    field: str
    old: JsonValue = None
    new: JsonValue = None


class ValueChange(Wire):
    """An input of the graph that had another value; None where there was none."""

    name: str
    one: JsonValue = None
    other: JsonValue = None


class OutputChange(Wire):
    """One output of two runs.

    Attributes:
        output: Its name.
        index: Place in the output, when it gave several files.
        equal: Whether both gave the same bytes, or the same value.
        one: What the first run gave, if anything.
        other: What the second run gave, if anything.
        mean: Mean difference of the pixels, 0..1; None unless both are pictures of one size.
        greatest: Greatest difference of a pixel, 0..1.
    """

    output: str
    index: int = 0
    equal: bool
    one: ArtifactRecord | None = None
    other: ArtifactRecord | None = None
    mean: float | None = None
    greatest: float | None = None


class Comparison(Wire):
    """What differs between two runs.

    Attributes:
        one: Id of the first.
        other: Id of the second.
        graph: What differs in their graphs, from the first to the second.
        values: The inputs that had other values.
        outputs: Every output, equal ones too.
    """

    one: str
    other: str
    graph: tuple[GraphChange, ...]
    values: tuple[ValueChange, ...]
    outputs: tuple[OutputChange, ...]


def compare(
    one: RunRecord, other: RunRecord, graphs: tuple[Graph, Graph] | None, pictures: Pictures
) -> Comparison:
    """Compare two runs.

    Args:
        one: The first.
        other: The second.
        graphs: Their documents; None when it is the same.
        pictures: Compares two files.
    """
    return Comparison(
        one=one.id,
        other=other.id,
        graph=() if graphs is None else tuple(_graph(*graphs)),
        values=tuple(_values(one, other)),
        outputs=tuple(_outputs(one, other, pictures)),
    )


def _graph(before: Graph, after: Graph) -> Iterator[GraphChange]:
    for change in diff(before, after):
        yield GraphChange(
            kind=change.kind, instance=change.instance, field=change.field, old=change.old, new=change.new
        )


def _values(one: RunRecord, other: RunRecord) -> Iterator[ValueChange]:
    for name in {**one.values, **other.values}:
        first, second = one.values.get(name), other.values.get(name)
        if first != second:
            yield ValueChange(name=name, one=first, other=second)


def _outputs(one: RunRecord, other: RunRecord, pictures: Pictures) -> Iterator[OutputChange]:
    first = {(found.output, found.index): found for found in one.artifacts}
    second = {(found.output, found.index): found for found in other.artifacts}
    for place in {**first, **second}:
        yield _output(place, first.get(place), second.get(place), pictures)


def _output(
    place: tuple[str, int], one: ArtifactRecord | None, other: ArtifactRecord | None, pictures: Pictures
) -> OutputChange:
    output, index = place
    equal = one is not None and other is not None and one.digest == other.digest
    change = OutputChange(output=output, index=index, equal=equal, one=one, other=other)
    if equal or one is None or other is None:
        return change
    difference = pictures(one, other)
    if difference is None:
        return change
    return change.model_copy(update={"mean": difference.mean, "greatest": difference.greatest})
