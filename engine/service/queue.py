"""The run queue: what waits, what runs, and what becomes of it.

The rows are the truth. A change is committed before anyone is told of it, and one follows the other, so that
what is told last is how things are. A run goes from ``queued`` to ``running`` when its turn comes; if the
server dies it is ``queued`` again at the next start, in its old place, and what it had finished comes from
the result store. Its end is recorded once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import chain, repeat
from typing import TypeVar

from pydantic import JsonValue
from sqlalchemy import delete, insert, select

from engine.errors import KnotworkError
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.run.heap import give_back
from engine.service import runs
from engine.service.artifacts import Artifacts
from engine.service.awaited import Awaited
from engine.service.background import Background
from engine.service.database import AlreadyThere, Database, DatabaseError
from engine.service.execution import Ended
from engine.service.feed import Offer, Told
from engine.service.ids import Ids
from engine.service.places import moved
from engine.service.protocol import Paused, RunChanged
from engine.service.provenance import versions
from engine.service.records import OVER, RunRecord, RunRequest
from engine.service.runner import Runner
from engine.service.submission import Document, Submission, prepare
from engine.service.tables import settings

LOG = logging.getLogger(__name__)
PAUSED = "queue.paused"
LISTED = 1000
"""Runs in a snapshot of the queue; who wants to see more asks for them."""
DOCUMENTS = 16
"""Documents that are kept in memory after they were queued."""
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between two tries when the database fails."""
T = TypeVar("T")


class RunQueue:
    """Runs that wait, and the one that runs.

    Args:
        database: Keeps them.
        headless: Plans and runs them.
        artifacts: Takes what they give.
        told: Is told what happens, on the channels ``queue`` and ``run:<id>``.
        offer: Takes the values that nodes show while they run.

    Attributes:
        paused: Whether no further run begins.
    """

    def __init__(
        self,
        database: Database,
        headless: Headless,
        artifacts: Artifacts,
        told: Told,
        offer: Offer | None = None,
    ) -> None:
        self.paused = False
        self._database, self._headless = database, headless
        self._artifacts, self._told = artifacts, told
        self._runner = Runner(headless, artifacts, told, offer)
        self._background = Background()
        """Finishes each change that was begun, though whoever asked for it may be gone."""
        self._changes = asyncio.Lock()
        """Held from the change of a row until everyone is told of it."""
        self._more, self._stopping = asyncio.Event(), asyncio.Event()
        self._first, self._last = 0.0, 0.0
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._awaited = Awaited()
        self._ids = Ids()

    async def start(self) -> None:
        """Go on where the last server stopped."""
        async with self._database.begin() as connection:
            await runs.put_back(connection)
            for record in (*await runs.queued(connection), *await runs.paused(connection)):
                self._awaited.note(record)
            self._first, self._last = await runs.ends_of_queue(connection)
            found = await connection.execute(select(settings.c.value).where(settings.c.name == PAUSED))
            self.paused = bool(found.scalar())
        self._background.start(self._artifacts.sweep())
        self._background.start(self._work())

    def dismiss(self) -> None:
        """Tell all who wait for runs, now and later, that the server stops; the runs go on for the moment."""
        self._awaited.stop()

    async def stop(self) -> None:
        """Begin no more. The run under way stops at its next tick, and runs again at the next start."""
        self._stopping.set()
        self._more.set()
        self._runner.stop()
        await self._background.settle()
        self._runner.close()
        self._awaited.stop()

    async def submit(self, request: RunRequest, graph: Graph, session: str = "") -> tuple[RunRecord, ...]:
        """Queue a run, or one for each point of a sweep; goes on with the same run if the session paused it.

        Args:
            request: What to run.
            graph: The document, as ``Headless.read`` gives it. Nobody changes it any more.
            session: Id of the session that it comes from.

        Returns:
            The runs in order; those of the first request with this idempotency key.

        Raises:
            GraphError: The graph, a value or a name is wrong.
            SweepRefused: The sweep is too large or empty.
        """
        try:
            submission = await asyncio.to_thread(prepare, graph, request, self._headless, self._documents)
        except KnotworkError:
            if request.key and (before := await self._of_key(request.key)):
                return before  # it was right when it came first
            raise
        if session:
            submission = await self._compared(submission, session)
        return await self._background.finish(self._add(submission, request, session))

    async def cancel(self, id: str) -> tuple[RunRecord, ...]:
        """Cancel a run, or every run of a batch; what has ended stays as it is.

        Returns:
            The runs that waited, cancelled, and the one under way, which ends at its next tick.

        Raises:
            NoSuchRun: There is neither.
        """
        return await self._background.finish(self._cancel(id))

    async def cancel_all(self) -> tuple[RunRecord, ...]:
        """Cancel what waits and what runs; see ``cancel``."""
        return await self._background.finish(self._cancel(None))

    async def move(self, id: str, before: str = "") -> tuple[RunRecord, ...]:
        """Move a waiting run, or those of a batch, in front of another one, whose priority they take on.

        Args:
            id: Of the run or batch.
            before: Id of a waiting run; without it they go behind all of their own priority.

        Returns:
            The runs whose place changed.

        Raises:
            NotWaiting: One of them doesn't wait.
        """
        return await self._background.finish(self._move(id, before))

    async def pause_run(self, id: str) -> tuple[RunRecord, ...]:
        """Pause a run, or every run of a batch, to go on with it another time; what has ended stays as it is.

        Returns:
            The runs that waited, paused, and the one under way: it stops once what it computes is kept.

        Raises:
            NoSuchRun: There is neither.
        """
        return await self._background.finish(self._pause_run(id))

    async def resume_run(self, id: str) -> tuple[RunRecord, ...]:
        """Queue a paused run again, or every one of a batch, before all others of its priority.

        A pause that is not reached yet is taken back.

        Returns:
            They, and the one under way if it was about to stop: it goes on.

        Raises:
            NoSuchRun: There is neither.
        """
        return await self._background.finish(self._resume_run(id))

    async def pause(self) -> None:
        """Begin no further run, after a restart neither; the one under way goes on."""
        await self._background.finish(self._set_paused(True))

    async def resume(self) -> None:
        """Go on."""
        await self._background.finish(self._set_paused(False))

    async def get(self, id: str) -> RunRecord:
        """A run as it is now.

        Raises:
            NoSuchRun: There is none.
        """
        if (record := self._awaited.get(id)) is not None:
            return record
        async with self._database.read() as connection:
            return await runs.one(connection, id)

    async def waiting(self) -> tuple[RunRecord, ...]:
        """The runs that wait, in the order in which they will begin."""
        async with self._database.read() as connection:
            return await runs.queued(connection)

    async def wait(self, id: str) -> RunRecord:
        """A run once it has ended.

        Raises:
            NoSuchRun: There is none.
            Stopping: The server stops before.
        """
        return await (self._awaited.end(id) if id in self._awaited else self.get(id))

    async def snapshot(self, rest: str = "") -> JsonValue:
        """The channel ``queue`` as it is now.

        Returns:
            ``paused``, the first ``runs`` in their order, and how many are ``waiting``.
        """
        async with self._changes:  # a run that is being begun neither waits nor runs
            running = self._runner.running
            async with self._database.read() as connection:
                waiting, count = await runs.queued(connection, LISTED), await runs.waiting(connection)
                paused = await runs.paused(connection)
        shown = (*paused, *waiting) if running is None else (running, *paused, *waiting)
        told: list[JsonValue] = [one.model_dump(mode="json") for one in shown]
        return {"paused": self.paused, "waiting": count, "runs": told}

    async def snapshot_run(self, id: str) -> JsonValue:
        """The channel ``run:<id>`` as it is now.

        Returns:
            The ``run``, and the ``events`` and ``curves`` of its instances so far.

        Raises:
            NoSuchRun: There is none.
        """
        record = await self.get(id)
        events: list[JsonValue] = [event.model_dump(mode="json") for event in self._runner.events(id)]
        curves: list[JsonValue] = [one.model_dump(mode="json") for one in self._runner.curves(id)]
        return {"run": record.model_dump(mode="json"), "events": events, "curves": curves}

    async def _of_key(self, key: str) -> tuple[RunRecord, ...]:
        async with self._database.read() as connection:
            return await runs.of_key(connection, key)

    async def _compared(self, submission: Submission, session: str) -> Submission:
        """A submission that knows what it has otherwise than the last run of its session."""
        async with self._database.read() as connection:
            last = await runs.last_of(connection, session)
            if last is None:
                return submission
            known = self._documents.get(last.document)
            graph = known.graph if known else await runs.document(connection, last.document)
        return await asyncio.to_thread(submission.compared, graph, last.values)

    async def _add(self, submission: Submission, request: RunRequest, session: str) -> tuple[RunRecord, ...]:
        async with self._changes:
            records = self._records(submission, request, session)
            if len(records) == 1 and (held := self._held(records[0])):
                before = await self._of_key(request.key) if request.key else ()
                return before or await self._go_on(held.id, request.key)
            kept = self._claimed(records)
            try:
                async with self._database.begin() as connection:
                    await runs.add(connection, submission.document, kept, request.key)
            except AlreadyThere:
                if request.key and (before := await self._of_key(request.key)):
                    return before
                raise
            self._keep(submission.document)
            self._tell(records)
            if kept[0].state == "running":
                self._take_on(kept[0], submission.document.graph)
        self._more.set()
        return records

    def _claimed(self, records: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
        """New runs, the first one claimed at once when nothing is in its way."""
        if self._awaited or self.paused or self._stopping.is_set():
            return records
        first, *others = records
        return (first.model_copy(update={"state": "running", "started": time.time()}), *others)

    def _held(self, new: RunRecord) -> RunRecord | None:
        """The run that is paused, or about to be, and the same as a new one."""
        running = self._runner.running
        return self._awaited.held(new, running.id if running is not None and self._runner.paused else "")

    def _records(self, submission: Submission, request: RunRequest, session: str) -> tuple[RunRecord, ...]:
        """The runs of a request, with their places in the queue."""
        batch, *ids = [self._ids.next() for _ in range(len(submission.runs) + 1)]
        begin = self._first - len(ids) if request.front else self._last + 1
        self._first, self._last = min(self._first, begin), max(self._last, begin + len(ids) - 1)
        common = RunRecord(
            id="",
            batch=batch,
            session=session,
            title=submission.title,
            graph=submission.document.meaning,
            state="queued",
            priority=request.priority,
            created=time.time(),
            outputs=request.outputs,
            forced=request.forced,
            nodes=submission.document.nodes,
            versions=versions(submission.document.nodes, self._headless.registry),
            device=self._headless.local.device,
        )
        return tuple(
            common.model_copy(update={"id": id, "position": begin + number, **submission.fields(number)})
            for number, id in enumerate(ids)
        )

    def _keep(self, document: Document) -> None:
        """Keep a document that will soon be needed."""
        self._documents[document.digest] = document
        self._documents.move_to_end(document.digest)
        if len(self._documents) > DOCUMENTS:
            self._documents.popitem(last=False)

    async def _cancel(self, id: str | None) -> tuple[RunRecord, ...]:
        async with self._changes:
            async with self._database.begin() as connection:
                if id is not None and not await runs.exists(connection, id):
                    raise runs.NoSuchRun(id)
                stopped = await runs.cancel(connection, id, time.time())
            self._tell(stopped)
            running = self._runner.running
            if running is None or id not in (None, running.id, running.batch):
                return stopped
            self._runner.cancel()
            return (running, *stopped)

    async def _pause_run(self, id: str) -> tuple[RunRecord, ...]:
        async with self._changes:
            async with self._database.begin() as connection:
                if not await runs.exists(connection, id):
                    raise runs.NoSuchRun(id)
                stopped = await runs.pause(connection, id)
            self._tell(stopped)
            running = self._runner.running
            if running is None or id not in (running.id, running.batch):
                return stopped
            self._runner.pause()
            return (running, *stopped)

    async def _resume_run(self, id: str) -> tuple[RunRecord, ...]:
        async with self._changes:
            return await self._go_on(id)

    async def _go_on(self, id: str, key: str = "") -> tuple[RunRecord, ...]:
        """See ``resume_run``; the run of a request that has a key is known by that from now on."""
        async with self._database.begin() as connection:
            if not await runs.exists(connection, id):
                raise runs.NoSuchRun(id)
            resumed = await runs.resume(connection, id, self._first)
            if key:
                await runs.rekey(connection, id, key)
        self._first -= len(resumed)
        self._tell(resumed)
        running = self._runner.running
        if running is not None and self._runner.paused and id in (running.id, running.batch):
            self._runner.resume()
            resumed = (running, *resumed)
        self._more.set()
        return resumed

    async def _move(self, id: str, before: str) -> tuple[RunRecord, ...]:
        async with self._changes:
            async with self._database.begin() as connection:
                records = moved(await runs.queued(connection), id, before)
                await runs.place(connection, records)
                self._first, self._last = await runs.ends_of_queue(connection)
            self._tell(records)
        return records

    async def _set_paused(self, paused: bool) -> None:
        async with self._changes:
            async with self._database.begin() as connection:
                await connection.execute(delete(settings).where(settings.c.name == PAUSED))
                await connection.execute(insert(settings).values(name=PAUSED, value=paused))
            self.paused = paused
            self._told.publish("queue", Paused(paused=paused))
        self._more.set()

    def _tell(self, records: Sequence[RunRecord]) -> None:
        for record in records:
            event = RunChanged(run=record)
            self._told.publish("queue", event)
            if record.state in OVER:
                self._told.publish(f"run:{record.id}", event)
                self._told.close(f"run:{record.id}")
            self._awaited.note(record)

    async def _work(self) -> None:
        while not self._stopping.is_set():
            if self.paused or not self._awaited or not await self._persistently(self._begin):
                self._background.start(asyncio.to_thread(give_back))  # the next run does not wait for it
                await self._more.wait()
                self._more.clear()
                continue
            if self._stopping.is_set():  # since the run was claimed
                self._runner.stop()
            ended = await self._runner.execute()
            if not self._stopping.is_set() or ended.record.state != "cancelled" or self._runner.cancelled:
                await self._persistently(lambda ended=ended: self._end(ended))
            self._artifacts.release(ended.files)

    async def _begin(self) -> bool:
        """Take the next run out of the queue, if there is one and none was taken on when it came."""
        async with self._changes:
            if self._runner.running is not None:
                return True
            if self.paused:  # while this waited for its turn
                return False
            async with self._database.begin() as connection:
                claimed = await runs.claim(connection, time.time())
                if claimed is None:
                    return False
                known = self._documents.get(claimed.document)
                graph = known.graph if known else await runs.document(connection, claimed.document)
            self._take_on(claimed.record, graph)
        return True

    def _take_on(self, record: RunRecord, graph: Graph | bytes) -> None:
        """Begin a run that is claimed."""
        self._runner.begin(record, graph)
        self._tell([record])

    async def _end(self, ended: Ended) -> None:
        """Record what became of a run; one that stopped for a pause that was taken back is queued again."""
        again: tuple[RunRecord, ...] = ()
        async with self._changes:
            record = self._runner.settled(ended.record)
            async with self._database.begin() as connection:
                await runs.end(connection, record)
                await self._artifacts.use(connection, record.id, ended.files)
                if record.state == "paused" and not self._runner.paused:
                    again = await runs.resume(connection, record.id, self._first)
            self._first -= len(again)
            self._runner.done()
            self._tell(again or [record])

    async def _persistently(self, step: Callable[[], Awaitable[T]]) -> T | None:
        """Take a step again and again while the database fails; None if the server stops before."""
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            try:
                return await step()
            except DatabaseError as error:
                LOG.error("run queue: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
                return None
        return None
