"""Where the value of an output of an open graph is stored, or why it is not."""

from __future__ import annotations

from dataclasses import dataclass

from engine.declare.types import Type, Unknown
from engine.errors import GraphError, Problem
from engine.graph.flat import Source
from engine.service.planning import Planned
from engine.service.results import Results
from engine.service.steps import Steps
from engine.store.ref import Ref
from engine.store.store import Store
from engine.wording import Phrase, listed


class NoValue(GraphError):
    """No value is stored for an output of the graph as it is now; the problem's code says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which value is meant.

    Attributes:
        instance: Path of the instance.
        port: Its output; for a loop's turn a carried name.
        turn: Number of turns of a loop that were done; 0 for the result.
        digest: Digest that the value must have; empty for any.
    """

    instance: str
    port: str
    turn: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """A value that is stored.

    Attributes:
        place: Where it is.
        ref: What holds it.
        type: Type of the port.
        digest: Names it.
        inside: Its name in what is stored; empty when that is the value itself.
    """

    place: Place
    ref: Ref
    type: Type
    digest: str
    inside: str = ""


class Finder:
    """Finds values of one graph.

    Args:
        session: Under which runs of it are remembered.
        planned: Its plan.
        results: What is stored of it.
        store: Where values are.
    """

    def __init__(self, session: str, planned: Planned, results: Results, store: Store) -> None:
        self._session, self._planned, self._results, self._store = session, planned, results, store

    def find(self, place: Place) -> Located:
        """Find the value that is meant.

        Raises:
            NoValue: It is not stored.
        """
        located = self._turn(place) if place.turn else self._result(place)
        if place.digest not in ("", located.digest):
            raise _no(
                place, "changed", "the value that was asked for", "another one", "Ask what is stored again."
            )
        return located

    def steps(self, instance: str) -> Steps:
        """The kept turns of a loop.

        Raises:
            NoValue: There is no such loop, or it runs inside of another one.
        """
        place, plan = Place(instance, ""), self._results.plan
        source = self._results.source(instance, "")
        if source is None or source[0] not in plan.loops or plan.names[source[0]] != instance:
            raise self._unknown(place, Phrase("loop"), "another instance")
        return Steps(plan, source[0], self._results.entries, self._store)

    def key(self, steps: Steps, place: Place) -> bytes:
        """The key under which a turn is kept.

        Raises:
            NoValue: It is not.
        """
        if place.turn not in steps.keys:
            expected = Phrase("kept-turn", known=listed(map(str, steps.turns)))
            raise _no(place, "no-turn", expected, str(place.turn), Phrase("see-steps"))
        return steps.keys[place.turn]

    def _result(self, place: Place) -> Located:
        source = self._results.source(place.instance, place.port)
        if source is None:
            raise self._unknown(place, Phrase("graph-output"), f'"{place.port[:80]}"')
        ref = self._results.ref(source)
        if ref is None:
            raise self._missing(place, source)
        return Located(place, ref, self._results.type(source), ref.digest)

    def _turn(self, place: Place) -> Located:
        steps = self.steps(place.instance)
        self.key(steps, place)
        kept = steps.turns[place.turn]
        source = self._results.source(place.instance, place.port)
        loop = self._results.plan.loops[source[0]] if source else None
        if source is None or loop is None or place.port not in loop.carry:
            expected = Phrase("carried-name", known=listed(loop.carry if loop else ()))
            raise _no(place, "missing-port", expected, f'"{place.port[:80]}"', Phrase("see-loop"))
        return Located(
            place, kept, self._results.type(source), f"{kept.digest}.{place.port}", inside=place.port
        )

    def _unknown(self, place: Place, expected: str, got: str) -> NoValue:
        """Why an output is none of the plan's."""
        graph, planned, ends = self._planned.document, self._planned.graph, self._results.shape.ends
        top = place.instance.partition("/")[0]
        if top in graph.nodes and top not in planned.nodes:
            got, cure = Phrase("something-wrong"), Phrase("see-problems")
            return _no(place, "not-planned", Phrase("able-instance"), got, cure)
        parts = place.instance.split("/")
        for end in range(1, len(parts) + 1):
            path = "/".join(parts[:end])
            instance = ends.instance(path)
            if instance is None:
                expected, cure = Phrase("graph-instance"), Phrase("see-nodes")
                return _no(place, "unknown-instance", expected, f'"{path[:200]}"', cure)
            if instance.mode == "mute" or (instance.mode and end < len(parts)):
                got, cure = Phrase("off", name=path), Phrase("switch-on")
                return _no(place, "muted", Phrase("running-instance"), got, cure)
            if instance.is_loop and end < len(parts) and ends.instance(place.instance) is not None:
                got, cure = Phrase("made-anew"), Phrase("collect")
                return _no(place, "in-loop", Phrase("kept-value"), got, cure)
        return _no(place, "missing-port", expected, got, Phrase("see-ports"))

    def _missing(self, place: Place, source: Source) -> NoValue:
        """Why what is planned is not stored."""
        plan, (index, output) = self._results.plan, source
        if isinstance(self._results.type(source), Unknown) and output not in self._results.shape.types[index]:
            expected = Phrase("output-known", known=listed(self._results.shape.types[index]))
            return _no(place, "missing-port", expected, f'"{output[:80]}"', Phrase("see-ports"))
        expected = Phrase("stored-value")
        if not plan.nodes[index].stored:
            return _no(place, "not-kept", expected, Phrase("never-stored"), Phrase("look-behind"))
        if index in self._results.entries:
            return _no(place, "not-kept", expected, Phrase("never-read"), Phrase("run-to-it"))
        last = self._store.remembered(self._session).get(plan.names[index])
        if last is None:
            return _no(place, "not-run", expected, Phrase("not-run"), Phrase("run-it"))
        if last != plan.keys[index]:
            return _no(place, "changed", expected, Phrase("changed"), Phrase("run-again"))
        return _no(place, "gone", expected, Phrase("made-room"), Phrase("run-again"))


def _no(place: Place, code: str, expected: str, got: str, cure: str) -> NoValue:
    return NoValue([Problem(code, place.instance[:500], place.port[:80], expected, got, cure)])
