"""What is answered when a request can't be done: always a ``Failure``, with the status that fits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from engine.errors import GraphError, KnotworkError, Problem
from engine.graph.edit import Refused
from engine.service.artifacts import NoArtifact
from engine.service.awaited import Stopping
from engine.service.catalogue import NoNode
from engine.service.database import DatabaseError
from engine.service.examples import NoExample
from engine.service.finding import NoValue
from engine.service.folders import NoListedFile
from engine.service.history import NotOver
from engine.service.interfaces import NoPlace
from engine.service.kinds import FileTooLarge, UnknownKind
from engine.service.models import NoModel
from engine.service.pictures import NotAPicture
from engine.service.places import NotWaiting
from engine.service.problems import records, sendable_text
from engine.service.records import Failure
from engine.service.runs import NoSuchRun
from engine.service.sessions import NoSession
from engine.service.uploads import NoUpload
from engine.service.values import NoFile
from engine.service.versions import NoVersion
from engine.service.workspace import Elsewhere
from engine.wording import Phrase

JSON = "application/json"
REFUSALS = {
    400: "The request can't be read.",
    401: "The token is missing or wrong.",
    403: "The request comes from another site, or by a wrong name.",
    404: "It is not there.",
    405: "It can't be done here.",
    409: "It doesn't go with how things are now.",
    412: "It was changed since it was read.",
    413: "It is too large.",
    415: "It is of a kind that is not taken here.",
    416: "The file has no such part.",
    422: "A value is wrong, or the graph is.",
    428: "It must be said which version is replaced.",
    429: "Too much at once: ask again later.",
    503: "The server stops, or its database can't be reached.",
}
"""Status → what it means, wherever it is answered."""
REFERENCE = "#/components/schemas/{model}"
FAILURE = {JSON: {"schema": {"$ref": REFERENCE.format(model="Failure")}}}
# Not by "model": FastAPI would make a serializer of each for each route, which takes a while at start
ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "content": FAILURE} for status, meaning in REFUSALS.items()
}
"""For the OpenAPI document: how any request may be refused."""
STATUS: dict[type[KnotworkError], int] = {
    NoArtifact: 404,
    NoExample: 404,
    NoListedFile: 404,
    NoModel: 404,
    NoNode: 404,
    NoPlace: 404,
    NoSession: 404,
    NoSuchRun: 404,
    NoUpload: 404,
    NoValue: 404,
    NoVersion: 404,
    Elsewhere: 409,
    NotOver: 409,
    NotWaiting: 409,
    Refused: 409,
    FileTooLarge: 413,
    NoFile: 415,
    NotAPicture: 415,
    UnknownKind: 415,
    DatabaseError: 503,
    Stopping: 503,
}
"""Statuses of errors; all others are 422: what was asked makes no sense."""


class HttpRefusal(KnotworkError):
    """A request that is refused with a status of its own.

    Attributes:
        status: The HTTP status.
        headers: Headers that go with it.
    """

    def __init__(self, status: int, error: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.headers = headers


def failure(
    status: int, error: str, problems: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to a request that is refused."""
    found = Failure(error=sendable_text(error), problems=records(problems))
    return JSONResponse(found.model_dump(), status, headers)


def schemas() -> dict[str, Any]:
    """The JSON Schemas that ``ANSWERS`` refers to, by name."""
    whole = Failure.model_json_schema(mode="serialization", ref_template=REFERENCE)
    return {**whole.pop("$defs"), "Failure": whole}


def install(app: FastAPI) -> None:
    """Let every error of an app be answered in this way."""
    app.exception_handler(KnotworkError)(_foreseen)
    app.exception_handler(RequestValidationError)(_misfit)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(Exception)(_unforeseen)


def status_of(error: KnotworkError) -> int:
    """The HTTP status of an error that was foreseen."""
    if isinstance(error, HttpRefusal):
        return error.status
    if isinstance(error, GraphError) and {problem.code for problem in error.problems} == {"no-file"}:
        return 404
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)


async def _foreseen(request: Request, error: Exception) -> Response:
    assert isinstance(error, KnotworkError)
    problems = error.problems if isinstance(error, GraphError) else ()
    headers = error.headers if isinstance(error, HttpRefusal) else None
    return failure(status_of(error), str(error), problems, headers)


async def _misfit(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != JSON and any(entry["loc"][:1] == ("body",) for entry in found):
        got = given or "none"
        return failure(415, f'expected a body of the content type {JSON}, got "{got}". Set the header.')
    if any(entry["type"] == "json_invalid" for entry in found):
        return failure(400, f"expected JSON, got: {found[0]['ctx']['error']}. Mend the body.")
    problems = [_problem(entry) for entry in found]
    return failure(422, "\n".join(map(str, problems)), problems)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    place = f"{request.method} {request.url.path}"
    said = {
        400: f"expected a body that can be read, got: {error.detail.rstrip('.').lower()}. Mend the body.",
        404: f"expected an address of this server, got {place}. See api/openapi.json.",
        405: f"expected another method, got {place}. See api/openapi.json.",
    }
    return failure(error.status_code, said.get(error.status_code, error.detail), headers=error.headers)


async def _unforeseen(request: Request, error: Exception) -> Response:
    # The server's log has the traceback; a stranger gets no word of it
    return failure(500, f"{request.method} {request.url.path} failed for a reason that nobody foresaw")


def _problem(entry: Mapping[str, Any]) -> Problem:
    place = ".".join(map(str, entry["loc"]))
    shown = repr(entry["input"])
    got = shown if len(shown) <= 80 else f"{shown[:77]}..."
    return Problem("bad-value", "", place, entry["msg"].lower(), got, Phrase("change-value"))
