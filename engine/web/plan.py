"""What would run, what is stored, why, and what it costs; nothing runs."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Query
from pydantic import Field, JsonValue

from engine.explanation import Explanation
from engine.service.forecast import forecast
from engine.service.records import GraphSource, PlanRecord, Wire
from engine.web.serving import Serving, router

routes = router("plan")
Names = Annotated[tuple[str, ...], Field(max_length=1000)]
Outputs = Annotated[list[str], Query(max_length=1000, description="Only for these, or any instance.port.")]
After = Annotated[
    str, Query(max_length=100, description="Version of the last answer: only what differs is told.")
]


class Question(Wire):
    """What to plan.

    Attributes:
        graph: The graph.
        values: Graph input, or ``instance.port`` of a param, → value.
        outputs: Named outputs, or ``instance.port``; without any, all named ones.
        forced: Instances that would run whatever is stored.
    """

    graph: GraphSource
    values: dict[str, JsonValue] = Field(default_factory=dict)
    outputs: Names = ()
    forced: Names = ()


@routes.post("/plan")
async def plan_graph(question: Question, service: Serving) -> list[Explanation]:
    """Tell of each instance of a graph whether it would run, why, and what it costs."""
    graph, session = await service.graph(question.graph)
    return await asyncio.to_thread(
        forecast,
        service.headless,
        graph,
        question.values,
        question.outputs,
        question.forced,
        session,
    )


@routes.get("/sessions/{id}/plan")
async def plan_session(
    id: str,
    service: Serving,
    output: Outputs = [],  # noqa: B006  # FastAPI copies defaults
    after: After = "",
) -> PlanRecord:
    """Tell the same of an open graph; after an edit, what is otherwise."""
    return await service.planner.explain(id, output, after)
