"""Every graph with named outputs as a function: values of its inputs in, outputs out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Body, Query, Request, Response
from pydantic import JsonValue

from engine.service.records import AnswerRecord, GraphSource, OutputRecord, RunRecord, RunRequest
from engine.service.signatures import Signature
from engine.web.errors import JSON, HttpRefusal
from engine.web.runs import until
from engine.web.serving import Serving, Wait, router

routes = router("graphs")
ANY = "/api/graphs/{name}/run"
"""The path under which the OpenAPI document has the endpoint for any graph."""
LATER: dict[int | str, dict[str, Any]] = {
    202: {"model": AnswerRecord, "description": "The run has not ended yet."}
}
Outputs = Annotated[list[str], Query(description="Only these outputs, or any instance.port.")]
RandomSeeds = Annotated[bool, Query(description="Draw every seed that is not given.")]
Key = Annotated[str, Query(max_length=200, description="A second request of this key gets the first's run.")]


@routes.post("/graphs/{name:path}/run", responses=LATER)
async def run_graph(
    name: str,
    request: Request,
    response: Response,
    service: Serving,
    values: Annotated[dict[str, JsonValue] | None, Body()] = None,
    wait: Wait = 0.0,
    output: Outputs = [],  # noqa: B006  # FastAPI copies defaults
    random_seeds: RandomSeeds = False,
    key: Key = "",
) -> AnswerRecord:
    """Run a graph: the body has the values of its inputs, those left out keep their defaults."""
    asked = RunRequest(
        graph=GraphSource(name=name),
        values=values or {},
        outputs=tuple(output),
        random_seeds=random_seeds,
        key=key,
    )
    queued, *others = await service.submit(asked)
    if others:
        raise HttpRefusal(
            409, f'expected a key of its own, got "{key}", which is of a sweep. Choose another.'
        )
    record = await until(service.queue, queued, wait)
    response.status_code = 202 if record.ended is None else 200
    root: str = request.scope.get("root_path", "")
    response.headers["location"] = f"{root}/api/runs/{record.id}"
    return AnswerRecord(run=record, outputs=_outputs(record, root))


def _outputs(record: RunRecord, root: str) -> dict[str, tuple[OutputRecord, ...]]:
    found: dict[str, list[OutputRecord]] = {}
    for one in record.artifacts:
        found.setdefault(one.output, []).append(
            OutputRecord(
                url=f"{root}/api/artifacts/{one.digest}" if one.media else "",
                media=one.media,
                size=one.size,
                type=one.type,
                digest=one.digest,
                value=one.value,
            )
        )
    return {name: tuple(outputs) for name, outputs in found.items()}


def paths_of(signatures: Iterable[Signature], general: dict[str, Any]) -> dict[str, Any]:
    """The paths of an OpenAPI document, one for each graph.

    Args:
        signatures: What the graphs take and give.
        general: The path item of the endpoint for any graph.
    """
    return {
        f"/api/graphs/{quote(one.name)}/run": {"post": _operation(one, general["post"])} for one in signatures
    }


def _operation(signature: Signature, general: dict[str, Any]) -> dict[str, Any]:
    answers = general["responses"]
    return {
        **general,
        "operationId": f"run_graph:{signature.name}",
        "summary": signature.title,
        "description": signature.help,
        "parameters": [one for one in general["parameters"] if one["name"] != "name"],
        "requestBody": {
            "required": bool(signature.values["required"]),
            "content": {JSON: {"schema": signature.values}},
        },
        "responses": {**answers, "200": _answer(signature, answers["200"])},
    }


def _answer(signature: Signature, general: dict[str, Any]) -> dict[str, Any]:
    """The general answer, with the graph's outputs by name."""
    whole = general["content"][JSON]["schema"]
    outputs = {
        name: {"type": "array", "description": kind, "items": {"$ref": "#/components/schemas/OutputRecord"}}
        for name, kind in signature.outputs.items()
    }
    named = {"properties": {"outputs": {"type": "object", "properties": outputs}}}
    return {**general, "content": {JSON: {"schema": {"allOf": [whole, named]}}}}
