"""A large graph that is open, and whose results are all stored."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from engine.declare.registry import installed
from engine.service.planning import Planner
from engine.service.records import GraphSource
from tests.bench.graphs import Shape
from tests.service.desk import Desk, desk


@asynccontextmanager
async def ran(folder: Path, shape: Shape, count: int) -> AsyncGenerator[tuple[Desk, Planner, str]]:
    """A desk, its planner, and the id of the session."""
    async with desk(folder, nodes=installed()) as at:
        at.file().parent.mkdir(exist_ok=True)
        shape(count).write(at.file())
        id = (await at.sessions.open(GraphSource(name="sum"))).id
        at.headless.run(await at.sessions.graph(id), scope=id)
        at.headless.store.flush()
        await at.sessions.settle()
        yield at, Planner(at.headless, at.sessions), id
