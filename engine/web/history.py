"""The runs that were: found again, compared, exported, deleted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response
from starlette.responses import StreamingResponse

from engine.service.comparison import Comparison
from engine.service.records import RunRecord, RunState
from engine.web.errors import JSON, HttpRefusal
from engine.web.graphs import DOCUMENT
from engine.web.serving import Serving, router

routes = router("history")
Text = Annotated[str, Query(max_length=1000)]
Time = Annotated[float | None, Query(description="In seconds since 1970.")]
Ids = Annotated[list[str], Query(min_length=1, max_length=500)]
ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}


@routes.get("/runs")
async def search_runs(
    service: Serving,
    text: Text = "",
    state: Annotated[list[RunState], Query()] = [],  # noqa: B006  # FastAPI copies defaults
    graph: Text = "",
    session: Text = "",
    node: Text = "",
    model: Text = "",
    since: Time = None,
    until: Time = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Text = "",
) -> list[RunRecord]:
    """Find runs, the newest first; ``before`` names the last one of the page before."""
    found = await service.history.search(
        text=text,
        states=state,
        graph=graph,
        session=session,
        node=node,
        model=model,
        since=since,
        until=until,
        limit=limit,
        before=before,
    )
    return list(found)


@routes.delete("/runs")
async def delete_runs(id: Ids, service: Serving) -> list[str]:
    """Delete runs and the files that no other run has; the answer names those that were there."""
    return list(await service.history.delete(id))


@routes.delete("/runs/{id}", status_code=204)
async def delete_run(id: str, service: Serving) -> None:
    """Delete a run and the files that no other run has."""
    if not await service.history.delete([id]):
        raise HttpRefusal(404, f'expected the id of a run, got "{id[:80]}"')


@routes.get("/runs/{id}/compare/{other}")
async def compare_runs(id: str, other: str, service: Serving) -> Comparison:
    """Tell what differs between two runs: graphs, values, outputs, and pictures pixel by pixel."""
    return await service.history.compare(id, other)


@routes.get("/runs/{id}/graph", response_class=Response, responses=DOCUMENT)
async def read_run_graph(id: str, service: Serving) -> Response:
    """Fetch the graph of a run with its values and seeds: run again, it computes the same."""
    return Response((await service.history.graph(id)).to_bytes(), media_type=JSON)


@routes.get("/runs/{id}/export", response_class=Response, responses=ZIP)
async def export_run(id: str, service: Serving) -> Response:
    """Fetch a run as one ZIP archive: its graph, what it gave, and its record."""
    pieces = await service.history.export(id)
    headers = {"content-disposition": f'attachment; filename="run-{id}.zip"'}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)
