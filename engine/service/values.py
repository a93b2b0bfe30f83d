"""Stored values of open graphs, for people: what they hold, how they look, and as files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import JsonValue

from engine.errors import GraphError, KnotworkError, Problem, an, say
from engine.executors.headless import Headless
from engine.graph.reading import CHUNK
from engine.run.artifacts import Exportable, encoded, is_plain
from engine.service.artifacts import MEDIA
from engine.service.curves import curves_of
from engine.service.drawings import drawn
from engine.service.finding import Finder, Located, NoValue, Place
from engine.service.planning import Planned, Planner
from engine.service.records import CurvesRecord
from engine.service.results import Lookup, Results
from engine.service.shown import Shown
from engine.service.steps import Steps
from engine.service.summaries import summary
from engine.service.value_types import kind_of, kind_of_value, suffix_of
from engine.service.view_records import StepRecord, StepsRecord, ValueRecord
from engine.store.ref import Missing
from engine.wording import Phrase

AT_ONCE = 2
"""Values that are loaded at the same time: each may take much memory."""
T = TypeVar("T")


class NoFile(KnotworkError):
    """A value that a run would write to no file, or not to so many."""


class Values:
    """Tells and shows what is stored.

    Args:
        headless: Has the store and the nodes.
        planner: Plans open graphs.
    """

    def __init__(self, headless: Headless, planner: Planner) -> None:
        self._store, self._planner = headless.store, planner
        self._lookup = Lookup(headless.registry, headless.store)
        self._shown = Shown(headless.settings.home / "shown")
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def results(self, session: str) -> dict[str, dict[str, dict[str, JsonValue]]]:
        """Instance → output → the fields of a ``ResultRecord``, of all that is stored of a session's graph.

        Raises:
            NoSession: There is no such session.
            GraphError: No part of the graph can be planned.
        """
        planned = await self._planner.plan(session)
        return await asyncio.to_thread(lambda: self._lookup.of(session, planned).told())

    async def drop(self, session: str, instance: str) -> None:
        """Forget what is stored of an instance, or of all inside of it, with the turns that loops kept.

        Frozen results and pinned turns stay, and the turn that a forked loop goes on from.

        Raises:
            NoSession: There is no such session.
            GraphError: No part of the graph can be planned.
        """
        planned = await self._planner.plan(session)
        await asyncio.to_thread(lambda: self._drop(self._lookup.of(session, planned), instance))

    async def find(self, session: str, place: Place) -> Located:
        """Find the value of an output of a session's graph as it is now.

        Raises:
            NoSession: There is no such session.
            NoValue: None is stored.
            GraphError: No part of the graph can be planned.
        """
        planned = await self._planner.plan(session)
        return await asyncio.to_thread(lambda: self.finder(session, planned).find(place))

    async def steps(self, session: str, instance: str) -> StepsRecord:
        """The kept turns of a loop; none of what is no loop, or can't run as the graph is now.

        Raises:
            NoSession: There is no such session.
        """
        try:
            planned = await self._planner.plan(session)
            return await asyncio.to_thread(lambda: self._told(self.finder(session, planned).steps(instance)))
        except GraphError:
            return StepsRecord(turns=())

    async def curves(self, session: str, instance: str) -> CurvesRecord:
        """The numbers that a loop collected until the last turn that was kept of it.

        Raises:
            NoSession: There is no such session.
        """
        try:
            planned = await self._planner.plan(session)
            return await asyncio.to_thread(lambda: self._curves(self.finder(session, planned), instance))
        except GraphError:
            return curves_of({})

    async def pin(self, session: str, instance: str, turn: int, *, pinned: bool = True) -> StepsRecord:
        """Keep a turn of a loop for good, whatever other turns or results need room; or no longer.

        Raises:
            NoSession: There is no such session.
            NoValue: There is no such loop, or no such turn is kept.
            GraphError: No part of the graph can be planned.
        """
        planned = await self._planner.plan(session)
        return await asyncio.to_thread(
            lambda: self._pin(self.finder(session, planned), instance, turn, pinned)
        )

    async def record(self, located: Located, *, figures: bool = True) -> ValueRecord:
        """What a value holds.

        Args:
            located: The value.
            figures: Whether the ranges of its numbers are told, for which each of them is looked at.

        Raises:
            NoValue: It is gone.
        """
        return await self._in_turn(lambda: self._record(located, figures))

    async def picture(self, located: Located, index: int, size: int) -> Path:
        """A WebP file of a picture of a value.

        Args:
            located: The value.
            index: Which of its pictures.
            size: Pixels of the longer side at most.

        Raises:
            NoValue: It is gone.
            NotAPicture: It shows no such picture.
        """
        return await self._in_turn(lambda: self._picture(located, index, size))

    async def file(self, located: Located, index: int, carried: str = "") -> Path:
        """The file that a run would write of a value.

        Args:
            located: The value.
            index: Which of its files, if there are several.
            carried: The graph that a file which can carry one carries.

        Raises:
            NoValue: It is gone.
            NoFile: A run would write none, or not so many.
        """
        return await self._in_turn(lambda: self._file(located, index, carried))

    def finder(self, session: str, planned: Planned) -> Finder:
        """Finds the values of a session's graph, as it was planned; looks into the store."""
        return Finder(session, planned, self._lookup.of(session, planned), self._store)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        async with self._turns:
            return await asyncio.to_thread(work)

    def _drop(self, results: Results, instance: str) -> None:
        within, entries = results.within(instance), results.entries
        keys = [entries[index].key for index in within if index in entries]
        for index in within:
            if index in results.plan.loops:  # it would go on from where it ended
                keys += Steps(results.plan, index, entries, self._store).own()
        self._store.drop(keys)
        self._store.flush()  # only then plans are made anew

    def _told(self, steps: Steps) -> StepsRecord:
        pinned = self._store.pinned(list(steps.keys.values()))
        turns = [
            StepRecord(turn=turn, digest=ref.digest, carry=steps.carry, pinned=steps.keys[turn] in pinned)
            for turn, ref in steps.turns.items()
        ]
        return StepsRecord(turns=tuple(turns), of=steps.of, gone=steps.gone)

    def _curves(self, finder: Finder, instance: str) -> CurvesRecord:
        steps = finder.steps(instance)
        # A list that is stored item by item has an item that is no number
        numbers = {name: ref for name, ref in steps.collected.items() if ref.form != "list"}
        key = steps.keys.get(max(steps.keys, default=0)) if steps.unstored else None
        entry = self._store.probe([key]).get(key) if key else None
        try:
            kept: dict[str, Any] = self._store.load(entry.outputs["collected"]) if entry else {}
            found = {name: self._store.load(ref) for name, ref in numbers.items()}
        except Missing:
            return curves_of({})
        # A loop that ended may have kept its last turn long before
        return curves_of({name: kept[name] for name in steps.unstored if name in kept} | found)

    def _pin(self, finder: Finder, instance: str, turn: int, pinned: bool) -> StepsRecord:
        steps = finder.steps(instance)
        key = finder.key(steps, Place(instance, "", turn))
        (self._store.pin if pinned else self._store.unpin)(key)
        return self._told(steps)

    def _record(self, located: Located, figures: bool) -> ValueRecord:
        value, place = self._load(located), located.place
        return ValueRecord(
            instance=place.instance,
            port=place.port,
            turn=place.turn,
            type=str(located.type),
            kind=kind_of_value(value) if located.inside else kind_of(located.type, located.ref),
            digest=located.digest,
            size=located.ref.size,
            media=media_of(value),
            summary=summary(value, figures=figures),
        )

    def _picture(self, located: Located, index: int, size: int) -> Path:
        name = f"picture {located.digest} {index} {size}"
        found = self._shown.find(name)
        return found or self._shown.put(name, ".webp", drawn(self._load(located), index, size))

    def _file(self, located: Located, index: int, carried: str) -> Path:
        def name(number: int) -> str:
            return f"file {located.digest} {number} {carried}"

        if found := self._shown.find(name(index)):
            return found
        value = self._load(located)
        files = files_of(value, carried)
        if not 0 <= index < len(files):
            kind = type(value).__name__
            expected = f"a file from 0 to {len(files) - 1}" if files else "a value that is written to a file"
            got = f"{index} of {an(kind)}" if files else an(kind)
            raise NoFile(f"{located.place.instance}: expected {expected}, got {got}. Ask for its picture.")
        return [self._shown.put(name(number), *file) for number, file in enumerate(files)][index]

    def _load(self, located: Located) -> Any:
        place = located.place
        try:
            value = self._store.load(located.ref)
        except Missing:
            expected, got, cure = Phrase("stored-value"), Phrase("none-more"), Phrase("run-again")
            raise NoValue([Problem("gone", place.instance, place.port, expected, got, cure)]) from None
        if located.inside and located.inside not in value:  # the loop carries more than when it was forked
            port = place.port[:80]
            expected, cure = Phrase("carried-by-turn", turn=place.turn), Phrase("see-loop")
            raise NoValue([Problem("missing-port", place.instance, port, expected, f'"{port}"', cure)])
        return value[located.inside] if located.inside else value


def files_of(value: Any, carried: str = "") -> list[tuple[str, bytes]]:
    """Ending and bytes of each file that a run would write of a value; a plain value is a file of its own.

    Args:
        value: The value.
        carried: The graph that a file which can carry one carries.

    Raises:
        NoFile: Its class can't write it.
    """
    if is_plain(value):
        if isinstance(value, str):
            return [(".txt", value.encode(errors="replace"))]
        return [(".json", json.dumps(value).encode())]
    try:
        [one] = encoded({"it": value}, {}, lambda: {CHUNK: carried} if carried else {})
    except KnotworkError:
        raise
    except Exception as error:  # a pack's own encoder
        kind = type(value).__name__
        raise NoFile(
            f"expected {an(kind)} that can be a file, got: {say(error)}. Look at its values."
        ) from error
    return list(one.files)


def media_of(value: object) -> str:
    """Media type of the files that a run would write of a value; empty when it would write none."""
    if is_plain(value):
        return MEDIA[".txt" if isinstance(value, str) else ".json"]
    if isinstance(value, list):
        found = [media_of(item) for item in cast("list[object]", value)]
        return next(filter(None, found), "")
    suffix = suffix_of(type(value))
    return MEDIA.get(suffix, MEDIA[".bin"]) if suffix and isinstance(value, Exportable) else ""
