"""Runs: submitted, awaited, cancelled, moved; and the queue they wait in."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import Response

from engine.service.awaited import Stopping
from engine.service.queue import RunQueue
from engine.service.records import QueueRecord, RunRecord, RunRequest, Wire
from engine.web.serving import Serving, Wait, router

routes = router("runs")
DONE: dict[int | str, dict[str, Any]] = {
    200: {"model": list[RunRecord], "description": "All of them have ended."}
}


class Place(Wire):
    """Where in the queue something goes.

    Attributes:
        before: Id of a waiting run; without it, behind all of the same priority.
    """

    before: str = ""


@routes.post("/runs", status_code=202, responses=DONE)
async def submit_runs(
    request: RunRequest, response: Response, service: Serving, wait: Wait = 0.0
) -> list[RunRecord]:
    """Queue a run, or one for each point of a sweep."""
    queued = await service.submit(request)
    async with asyncio.TaskGroup() as group:
        ends = [group.create_task(until(service.queue, record, wait)) for record in queued]
    records = [end.result() for end in ends]
    if all(record.ended is not None for record in records):
        response.status_code = 200
    return records


@routes.get("/runs/{id}")
async def read_run(id: str, service: Serving, wait: Wait = 0.0) -> RunRecord:
    """Tell how far a run is and what it gave; with ``wait``, once it has ended."""
    return await until(service.queue, await service.queue.get(id), wait)


@routes.post("/runs/{id}/cancel")
async def cancel_run(id: str, service: Serving) -> list[RunRecord]:
    """Cancel a run, or every run of a batch; what runs ends at its next step."""
    return list(await service.queue.cancel(id))


@routes.post("/runs/{id}/pause")
async def pause_run(id: str, service: Serving) -> list[RunRecord]:
    """Pause a run, or every run of a batch; what runs stops once what it computes is kept."""
    return list(await service.queue.pause_run(id))


@routes.post("/runs/{id}/resume")
async def resume_run(id: str, service: Serving) -> list[RunRecord]:
    """Go on with a paused run, or those of a batch, before all others; take back one not reached yet."""
    return list(await service.queue.resume_run(id))


@routes.post("/runs/{id}/move")
async def move_run(id: str, place: Place, service: Serving) -> list[RunRecord]:
    """Move a waiting run, or those of a batch, within the queue."""
    return list(await service.queue.move(id, place.before))


@routes.get("/queue")
async def read_queue(service: Serving) -> QueueRecord:
    """List what runs and what waits, in the order in which it will begin."""
    return await _told(service.queue)


@routes.post("/queue/cancel")
async def cancel_all_runs(service: Serving) -> list[RunRecord]:
    """Cancel what waits and what runs."""
    return list(await service.queue.cancel_all())


@routes.post("/queue/pause")
async def pause_queue(service: Serving) -> QueueRecord:
    """Begin no further run; the one under way goes on."""
    await service.queue.pause()
    return await _told(service.queue)


@routes.post("/queue/resume")
async def resume_queue(service: Serving) -> QueueRecord:
    """Begin runs again."""
    await service.queue.resume()
    return await _told(service.queue)


async def until(queue: RunQueue, record: RunRecord, wait: float) -> RunRecord:
    """A run once it has ended, or as it is when the time is over or the server stops.

    Args:
        queue: Knows it.
        record: The run as it was.
        wait: Seconds.
    """
    if not wait or record.ended is not None:
        return record
    try:
        async with asyncio.timeout(wait):
            return await queue.wait(record.id)
    except (TimeoutError, Stopping):
        return await queue.get(record.id)


async def _told(queue: RunQueue) -> QueueRecord:
    return QueueRecord.model_validate(await queue.snapshot())
