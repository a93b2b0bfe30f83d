"""Who waits for the end of which run."""

from __future__ import annotations

import asyncio

from engine.errors import KnotworkError
from engine.service.records import OVER, RunRecord

SAME = ("session", "graph", "values", "outputs")
"""Fields that make two runs one: neither computes what the other does not."""


class Stopping(KnotworkError):
    """The server stops; what was queued goes on when it starts again."""

    def __init__(self) -> None:
        super().__init__("the server stops; the run goes on when it starts again")


class Awaited:
    """The runs that have not ended, and those who wait for them."""

    def __init__(self) -> None:
        self._live: dict[str, RunRecord] = {}
        self._waiters: dict[str, list[asyncio.Future[RunRecord]]] = {}
        self._stopping = False

    def __bool__(self) -> bool:
        """Whether any run has not ended."""
        return bool(self._live)

    def __contains__(self, id: str) -> bool:
        """Whether a run is there that has not ended."""
        return id in self._live

    def get(self, id: str) -> RunRecord | None:
        """A run as it is now; None when none is there that has not ended."""
        return self._live.get(id)

    def held(self, new: RunRecord, stopping: str = "") -> RunRecord | None:
        """The paused run of a session that a new one would be the same as; None when there is none.

        Args:
            new: A run that would be queued; one that is forced is meant to be another one.
            stopping: Id of the run that runs and is about to be paused, if there is one.
        """
        if not new.session or new.forced:
            return None
        paused = (one for one in self._live.values() if one.state == "paused" or one.id == stopping)
        same = (one for one in paused if all(getattr(one, field) == getattr(new, field) for field in SAME))
        return next(same, None)

    def note(self, record: RunRecord) -> None:
        """Take note of how a run is now."""
        if record.state not in OVER:
            self._live[record.id] = record
            return
        self._live.pop(record.id, None)
        for ended in self._waiters.get(record.id, ()):
            if not ended.done():
                ended.set_result(record)

    async def end(self, id: str) -> RunRecord:
        """How a run ended that is there.

        Raises:
            Stopping: The server stops before.
        """
        if self._stopping:
            raise Stopping
        ended: asyncio.Future[RunRecord] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(id, []).append(ended)
        try:
            return await ended
        finally:
            self._waiters[id].remove(ended)
            if not self._waiters[id]:
                del self._waiters[id]

    def stop(self) -> None:
        """Tell everyone that nothing ends any more."""
        self._stopping = True
        for ended in [one for waiters in self._waiters.values() for one in waiters]:
            if not ended.done():
                ended.set_exception(Stopping())
