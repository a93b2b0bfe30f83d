"""A loop is a plain Python loop over its compiled body, with checkpoints from which it goes on.

One that is paused keeps the turn that it stops after as well. A checkpoint's key hashes the body, the start
values, the invariants, the items so far and the turn, but not the number of turns: a loop over 2,000 turns
goes on from the 1,000 that were done before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from engine.errors import Cancelled, KnotworkError, an
from engine.graph.flat import GIVEN, Loop, Source
from engine.plan.keys import key_of
from engine.plan.plan import Plan
from engine.run.body import Body
from engine.run.call import Models, owned_copy
from engine.run.context import RunContext
from engine.run.events import Figures, Progress


class LoopRefused(KnotworkError):
    """A loop's items or count don't make a loop."""


class Checkpoints(Protocol):
    """Where a loop keeps its checkpoints."""

    def latest(self, turns: int) -> tuple[int, Turning] | None:
        """The last checkpoint at or before a turn."""
        ...

    def keep(self, turn: int, state: Turning, seconds: float) -> None:
        """Keep a checkpoint; it is encoded before this returns, so that the state may change afterwards."""
        ...

    def stop(self, turn: int, state: Turning, seconds: float) -> None:
        """Keep the turn that a paused loop stops after, wherever it is."""
        ...


@dataclass(slots=True)
class Turning:
    """A loop between two turns.

    Attributes:
        carry: Values for the next turn.
        collected: Gathered so far, by name.
        going: False once the condition said stop.
    """

    carry: dict[str, Any]
    collected: dict[str, list[Any]]
    going: bool = True


def repeat(
    plan: Plan,
    index: int,
    body: Body,
    arguments: dict[str, Any],
    context: RunContext,
    loaded: Models,
    path: str,
    checkpoints: Checkpoints | None = None,
    forked: Callable[[], Turning] | None = None,
) -> dict[str, Any]:
    """Run a loop to its end.

    Args:
        plan: The plan that holds it.
        index: The loop's instance.
        body: Its body.
        arguments: ``carry/x``, ``in/x``, ``items`` and ``count``.
        context: Of the loop.
        loaded: Where handles find their models.
        path: Name of the loop, for errors.
        checkpoints: Where it goes on from, and keeps what it did.
        forked: Reads the turn that it was forked at, in the place of its start values.

    Returns:
        The last carried values and the collected lists, by name.

    Raises:
        Cancelled: Nobody wants the result any more, or the loop is paused: then it goes on another time.
        LoopRefused: There is neither a list of items nor a count, or what it goes on from doesn't fit.
    """
    loop = plan.loops[index]
    items, turns = extent(loop, arguments)
    first, start = _start(loop, arguments, turns, checkpoints, forked)
    invariants = {(GIVEN, name[3:]): value for name, value in arguments.items() if name.startswith("in/")}
    advance = _Turns(loop, body, invariants, items, context, loaded, path)
    since = perf_counter()
    state = Turning(
        {name: owned_copy(value) if name in body.changes else value for name, value in start.carry.items()},
        {name: list(values) for name, values in start.collected.items()},
        start.going,
    )
    _tell_figures(context, 0, start.collected)
    for done in range(first + 1, turns + 1):
        if not state.going:
            break
        advance(done - 1, state)
        context.tell(Progress(context.instance, done, turns))
        _tell_figures(context, done - 1, {name: values[-1:] for name, values in state.collected.items()})
        if checkpoints is None:
            continue
        ended = done == turns or not state.going
        paused = context.paused() and not ended  # asked once: it may become so at any moment
        if loop.checkpoint and (done % loop.checkpoint == 0 or ended):
            checkpoints.keep(done, state, perf_counter() - since)
        elif paused:
            checkpoints.stop(done, state, perf_counter() - since)
        if paused:
            raise Cancelled(f"{path} was paused")
    return state.carry | state.collected


def _tell_figures(context: RunContext, before: int, collected: Mapping[str, Sequence[Any]]) -> None:
    """Tell the numbers among what was collected; those of a loop inside of another one's body aren't."""
    series = {
        name: values for name, values in collected.items() if values and type(values[-1]) in (float, int)
    }
    if series and not context.quiet:
        context.tell(Figures(context.instance, before, series))


def _start(
    loop: Loop,
    arguments: dict[str, Any],
    turns: int,
    checkpoints: Checkpoints | None,
    forked: Callable[[], Turning] | None,
) -> tuple[int, Turning]:
    """Turns done, and the values after them; start values are taken out of the arguments."""
    start = {name: arguments.pop(f"carry/{name}", None) for name in loop.carry}
    if loop.fork is not None and turns < loop.fork.turn:
        raise LoopRefused(
            f"expected at least the {loop.fork.turn} turns that it goes on from, got {turns}. "
            "Take the fork away, or give it more turns."
        )
    if checkpoints is not None and (found := checkpoints.latest(turns)):
        return found
    if loop.fork is None:
        return 0, Turning(start, {name: [] for name in loop.collect})
    assert forked is not None
    return loop.fork.turn, forked()


def extent(loop: Loop, arguments: Mapping[str, Any]) -> tuple[list[Any] | None, int]:
    """The items of a loop, if it has them, and its number of turns.

    Raises:
        LoopRefused: Items that are no list, or a count that is no number of turns.
    """
    if loop.each:
        items = arguments["items"]
        if not isinstance(items, list):
            raise LoopRefused(f'"items" expected a list, got {an(type(items).__name__)}. Link a list.')
        return items, len(items)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    count = arguments.get("count")
    if not isinstance(count, int) or count < 0:
        raise LoopRefused(f'"count" expected a number of turns, got {count!r}. Type or link an integer.')
    return None, count


class _Turns:
    """One turn after the other."""

    def __init__(
        self,
        loop: Loop,
        body: Body,
        invariants: dict[Source, Any],
        items: list[Any] | None,
        context: RunContext,
        loaded: Models,
        path: str,
    ) -> None:
        self._loop, self._body, self._invariants, self._items = loop, body, invariants, items
        self._context, self._loaded, self._path = context, loaded, path

    def __call__(self, turn: int, state: Turning) -> None:
        given: dict[Source, Any] = dict(self._invariants)
        given[GIVEN, "index"] = turn
        if self._items is not None:
            given[GIVEN, "item"] = self._items[turn]
        for name in self._loop.carry:
            given[GIVEN, name] = state.carry.pop(name)
        outputs = self._body.turn(given, self._context, self._loaded, self._path)
        state.carry = {name: outputs[name] for name in self._loop.carry}
        for name, values in state.collected.items():
            values.append(outputs[name])
        if self._loop.condition:
            state.going = bool(outputs[self._loop.condition])


@dataclass(slots=True)
class StoredCheckpoints:
    """Checkpoints of one loop in the store.

    Attributes:
        base: Digest of the body, the start values and the invariants.
        items: Digest of the items before each turn; None for a loop that counts.
        every: Turns between checkpoints; 0 = none but the turn that it was paused after.
        last: How many stay.
        probe: Finds stored outputs by key.
        put: Stores outputs under a key.
        drop: Forgets keys.
        anew: Whether nothing is gone on from.
    """

    base: bytes
    items: list[bytes] | None
    every: int
    last: int
    probe: Callable[[list[bytes]], Mapping[bytes, Callable[[], dict[str, Any]]]]
    put: Callable[[bytes, dict[str, Any], float], None]
    drop: Callable[[list[bytes]], object]
    anew: bool = False
    _stopped: int = 0
    """The turn that it was paused after last, or went on from; 0 = none but regular ones."""

    def key(self, turn: int) -> bytes:
        """Key of the checkpoint after a number of turns."""
        items = b"" if self.items is None else self.items[turn]
        return key_of(b"checkpoint" + self.base + items + turn.to_bytes(8, "little"))

    def latest(self, turns: int) -> tuple[int, Turning] | None:
        """The last checkpoint at or before a turn."""
        if self.anew:
            return None
        regular = {*range(self.every, turns + 1, self.every), turns} if self.every else set[int]()
        stopped = self.stopped(turns)
        keys = {self.key(turn): turn for turn in sorted({*regular, *stopped} - {0}, reverse=True)}
        found = self.probe(list(keys))
        for key, turn in keys.items():
            if key in found:
                self._stopped = turn if turn in stopped else 0
                outputs = found[key]()
                return turn, Turning(outputs["carry"], outputs["collected"], outputs["going"])
        return None

    def keep(self, turn: int, state: Turning, seconds: float) -> None:
        """Keep a checkpoint, and drop the one that is no longer among the last ones."""
        self._put(turn, state, seconds)
        old = turn - self.last * self.every
        if old > 0 and turn % self.every == 0:
            self.drop([self.key(old)])
        self._mark_instead(0)

    def stop(self, turn: int, state: Turning, seconds: float) -> None:
        """Keep the turn that it is paused after, and where that is; see ``Checkpoints.stop``."""
        self._put(turn, state, seconds)
        self._mark_instead(turn)

    def stopped(self, turns: int) -> list[int]:
        """The turns that it was paused after, outside of the regular ones, up to a turn."""
        return [turn for turn in self._marked() if turn <= turns]

    def _mark_instead(self, turn: int) -> None:
        """Mark a turn that it was paused after in the place of the one that it went on from; 0 = none.

        Those of other runs, which share the start but have more turns, fewer, or other items, stay.
        """
        left, self._stopped = self._stopped, turn
        if left == turn:
            return
        if left and not (self.every and left % self.every == 0):
            self.drop([self.key(left)])
        marked = sorted({*self._marked(), turn} - {left, 0})
        if marked:
            self.put(self._mark, {"turns": marked}, 0.0)
        else:
            self.drop([self._mark])

    def _marked(self) -> list[int]:
        found = self.probe([self._mark])
        return found[self._mark]()["turns"] if self._mark in found else []

    def _put(self, turn: int, state: Turning, seconds: float) -> None:
        outputs = {"carry": state.carry, "collected": state.collected, "going": state.going}
        self.put(self.key(turn), outputs, seconds)

    @property
    def _mark(self) -> bytes:
        """Key that holds the turns that it was paused after."""
        return key_of(b"paused" + self.base)


def prefixes(digests: Iterable[str]) -> list[bytes]:
    """Digest of the items before each turn: a longer list goes on from a shorter one's checkpoints."""
    found = [b""]
    for digest in digests:
        found.append(key_of(found[-1] + digest.encode()))
    return found
