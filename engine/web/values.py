"""What an editor draws of an open graph: ports of what lies inside of instances, and stored values."""

from __future__ import annotations

import asyncio
import re
from hashlib import blake2b
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic_core import to_json
from starlette.responses import FileResponse

from engine.service.artifacts import MEDIA
from engine.service.finding import Located, Place
from engine.service.interfaces import NoPlace
from engine.service.records import CurvesRecord, SessionRecord
from engine.service.view_records import (
    InterfaceRecord,
    ReferenceRecord,
    ResultRecord,
    StepsRecord,
    ValueRecord,
)
from engine.service.workspace import digest_of
from engine.web.etags import FOR_EVER, tagged
from engine.web.files import FILE, sent, unchanged
from engine.web.serving import Serving, router

routes = router("sessions")
KEPT_PRIVATELY = "private, no-cache"
"""A copy may be kept by the browser, which asks about it before it is used."""
ODD = re.compile(r"[^\w.-]+")
Level = Annotated[str, Query(max_length=10_000, description="Path of an instance; the graph itself without.")]
Instance = Annotated[str, Query(max_length=10_000, description="Path of an instance.")]
Port = Annotated[str, Query(max_length=1000, description="One of its outputs; of a turn, a carried name.")]
Turn = Annotated[int, Query(ge=0, lt=2**31, description="Turns of a loop that were done; 0 for the result.")]
KeptTurn = Annotated[int, Query(ge=1, lt=2**31, description="Turns of the loop that were done.")]
Title = Annotated[str, Query(max_length=1000, description="Of the new graph.")]
Digest = Annotated[
    str, Query(max_length=1000, description="That it must have: then a copy may be kept for ever.")
]
Index = Annotated[int, Query(ge=0, lt=2**31, description="Which one, where there are several.")]
Size = Annotated[int, Query(ge=16, le=4096, description="Pixels of the longer side, at most.")]
Figures = Annotated[
    bool, Query(description="Whether ranges of numbers are told, for which each of them is looked at.")
]
Carrying = Annotated[bool, Query(description="Whether a file that can carry the graph does.")]


@routes.get("/sessions/{id}/interfaces")
async def list_interfaces(id: str, service: Serving, at: Level = "") -> dict[str, InterfaceRecord]:
    """Tell the ports of a level that no node alone tells: of subgraphs, loops, lifted nodes, loaders.

    There are none of a level that is not there, as after an edit meanwhile.
    """
    try:
        return await service.insides.interfaces(id, at)
    except NoPlace:
        return {}


@routes.get("/sessions/{id}/reference")
async def read_reference(id: str, instance: Instance, service: Serving) -> ReferenceRecord | None:
    """Tell the graph that an instance refers to; null of what refers to none, as after an edit meanwhile."""
    try:
        return await service.insides.reference(id, instance)
    except NoPlace:
        return None


@routes.get("/sessions/{id}/results", response_model=dict[str, dict[str, ResultRecord]])
async def list_results(id: str, request: Request, service: Serving) -> Response:
    """Tell what is stored of a graph as it is now: instance, output, how it is shown."""
    told = await service.values.results(id)
    data = await asyncio.to_thread(to_json, told)
    return tagged(request, data, digest_of(data))


@routes.delete("/sessions/{id}/results", status_code=204)
async def drop_results(id: str, instance: Instance, service: Serving) -> None:
    """Forget what is stored of an instance, or of all inside of it, so that it is computed anew."""
    await service.values.drop(id, instance)


@routes.get("/sessions/{id}/steps")
async def list_steps(id: str, instance: Instance, service: Serving) -> StepsRecord:
    """Tell the turns of a loop after which its values were kept; none of what is no loop, or can't run."""
    return await service.values.steps(id, instance)


@routes.get("/sessions/{id}/curves")
async def read_curves(id: str, instance: Instance, service: Serving) -> CurvesRecord:
    """Tell the numbers that a loop collected, as means of at most 500 parts of its turns."""
    return await service.values.curves(id, instance)


@routes.post("/sessions/{id}/steps/pin")
async def pin_step(id: str, instance: Instance, turn: KeptTurn, service: Serving) -> StepsRecord:
    """Keep a turn of a loop for good, whatever other turns or results need room."""
    return await service.values.pin(id, instance, turn)


@routes.delete("/sessions/{id}/steps/pin")
async def unpin_step(id: str, instance: Instance, turn: KeptTurn, service: Serving) -> StepsRecord:
    """Keep a turn of a loop only as long as the loop and the store do."""
    return await service.values.pin(id, instance, turn, pinned=False)


@routes.post("/sessions/{id}/steps/fork", status_code=201)
async def fork_step(
    id: str, instance: Instance, turn: KeptTurn, service: Serving, title: Title = ""
) -> SessionRecord:
    """Open another session in which a loop goes on from a turn, which is kept for good."""
    return await service.forking.fork(id, instance, turn, title)


@routes.get("/sessions/{id}/values")
async def read_value(
    id: str,
    instance: Instance,
    port: Port,
    service: Serving,
    response: Response,
    turn: Turn = 0,
    digest: Digest = "",
    figures: Figures = True,
) -> ValueRecord:
    """Tell what a stored value holds."""
    located = await service.values.find(id, Place(instance, port, turn, digest))
    record = await service.values.record(located, figures=figures)
    response.headers["cache-control"] = _cache(located)
    return record


@routes.get("/sessions/{id}/values/picture", response_class=FileResponse, responses=FILE)
async def fetch_picture(
    id: str,
    instance: Instance,
    port: Port,
    request: Request,
    service: Serving,
    turn: Turn = 0,
    digest: Digest = "",
    index: Index = 0,
    size: Size = 256,
) -> Response:
    """Fetch a WebP picture of a value that shows one: an image, a mask, a latent, a frame."""
    located = await service.values.find(id, Place(instance, port, turn, digest))
    tag, cache = _tag(located, index, size), _cache(located)
    if (known := unchanged(request, tag, cache)) is not None:
        return known
    path = await service.values.picture(located, index, size)
    return sent(request, path, MEDIA[".webp"], tag, cache=cache, name=_name(located, index, ".webp"))


@routes.get("/sessions/{id}/values/file", response_class=FileResponse, responses=FILE)
async def fetch_value(
    id: str,
    instance: Instance,
    port: Port,
    request: Request,
    service: Serving,
    turn: Turn = 0,
    digest: Digest = "",
    index: Index = 0,
    carrying: Carrying = False,
) -> Response:
    """Fetch the file that a run would write of a value, or a range of it."""
    located = await service.values.find(id, Place(instance, port, turn, digest))
    carried = await service.carried(id) if carrying else ""
    tag, cache = _tag(located, index, carried), KEPT_PRIVATELY if carrying else _cache(located)
    if (known := unchanged(request, tag, cache)) is not None:
        return known
    path = await service.values.file(located, index, carried)
    media = MEDIA.get(path.suffix, MEDIA[".bin"])
    return sent(request, path, media, tag, cache=cache, name=_name(located, index, path.suffix))


def _tag(located: Located, *parts: object) -> str:
    """Names the bytes that are made of a value."""
    text = repr((located.digest, *parts)).encode(errors="surrogatepass")
    return blake2b(text, digest_size=16).hexdigest()


def _cache(located: Located) -> str:
    return FOR_EVER if located.place.digest else KEPT_PRIVATELY


def _name(located: Located, index: int, suffix: str) -> str:
    """What the file is called where it is saved."""
    place = located.place
    parts = (place.instance, place.port, str(place.turn or ""), str(index or ""))
    return ODD.sub("_", "-".join(filter(None, parts)))[:100] + suffix
