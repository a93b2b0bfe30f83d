"""The thread in which runs are executed, one at a time, and what is known of the last ones."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.artifacts import Artifacts
from engine.service.execution import Ended, Execution
from engine.service.feed import Feed, Offer, Told
from engine.service.records import RunRecord, Wire

KEPT = 16
"""Runs whose events are kept for those who come to look."""


class Runner:
    """Executes runs.

    Args:
        headless: Plans and runs them.
        artifacts: Takes what they give.
        told: Is told of their events.
        offer: Takes the values that nodes show while they run.

    Attributes:
        running: The run under way.
        cancelled: Whether somebody cancelled it.
        paused: Whether somebody paused it, and did not take that back.
    """

    def __init__(self, headless: Headless, artifacts: Artifacts, told: Told, offer: Offer | None) -> None:
        self.running: RunRecord | None = None
        self.cancelled = self.paused = False
        self._headless, self._artifacts = headless, artifacts
        self._told, self._offer = told, offer
        self._thread = ThreadPoolExecutor(1, "knotwork-run")
        self._feeds: OrderedDict[str, Feed] = OrderedDict()
        self._execution: Execution | None = None

    def begin(self, record: RunRecord, graph: Graph | bytes) -> None:
        """Take on a run; from now on it can be cancelled.

        Args:
            record: The run.
            graph: Its document, or the bytes of it, without the values that were set.
        """
        feed = Feed(record.id, asyncio.get_running_loop(), self._told, self._offer)
        self._feeds[record.id] = feed
        while len(self._feeds) > KEPT:
            self._feeds.popitem(last=False)
        self.running, self.cancelled, self.paused = record, False, False
        self._execution = Execution(record, graph, self._headless, self._artifacts, feed.put)

    async def execute(self) -> Ended:
        """Execute the run that was taken on, until all of its events are told."""
        assert self.running is not None
        assert self._execution is not None
        ended = await asyncio.get_running_loop().run_in_executor(self._thread, self._execution.execute)
        self._feeds[self.running.id].end()
        if self.paused and not self.cancelled and ended.record.state == "cancelled":  # the server stops
            return replace(ended, record=ended.record.model_copy(update={"state": "paused", "ended": None}))
        return ended

    def settled(self, record: RunRecord) -> RunRecord:
        """What became of the run: one that was cancelled once it had stopped for a pause is cancelled."""
        if record.state == "paused" and self.cancelled:
            return record.model_copy(update={"state": "cancelled", "ended": time.time()})
        return record

    def done(self) -> None:
        """Let go of the run, which is recorded."""
        self.running = self._execution = None

    def cancel(self) -> None:
        """Cancel the run under way, if there is one; it ends at its next tick."""
        self.cancelled = True
        self.stop()

    def pause(self) -> None:
        """Stop the run under way where it can go on from, if there is one."""
        self.paused = True
        if self._execution is not None:
            self._execution.pause()

    def resume(self) -> None:
        """Take back that the run under way is paused; one that has stopped by then ends as paused."""
        self.paused = False
        if self._execution is not None:
            self._execution.resume()

    def stop(self) -> None:
        """End the run under way at its next tick, to go on with it another time."""
        if self._execution is not None:
            self._execution.cancel()

    def events(self, id: str) -> Sequence[Wire]:
        """The reliable events of a run so far; none of one that was long ago."""
        feed = self._feeds.get(id)
        return () if feed is None else tuple(feed.history)

    def curves(self, id: str) -> Sequence[Wire]:
        """What the loops of a run have collected so far in numbers; none of one that was long ago."""
        feed = self._feeds.get(id)
        return () if feed is None else feed.curves()

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown()
