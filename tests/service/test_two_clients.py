"""People who edit one graph at once, fall out and come back, end with the graph that the server has."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.graph.document import Graph
from engine.graph.edit import Refused
from engine.graph.operations import OPERATIONS, apply
from engine.service.protocol import Edited
from engine.service.records import GraphSource
from tests.service.desk import Desk, desk, story
from tests.service.strokes import TREE, strokes


class Client:
    """Somebody with a copy of the graph, which only what the server tells changes."""

    def __init__(self, name: str, at: Desk, id: str, chance: Random) -> None:
        self.name, self._at, self._id, self._chance = name, at, id, chance
        self.graph = Graph()
        self.number = 0
        self.online = True
        self.asked = self.refused = 0
        self._heard = 0
        self._unanswered: tuple[str, list[dict[str, Any]]] | None = None

    async def begin(self) -> None:
        """Start from a snapshot, as after too long an absence."""
        heard = len(self._at.told.events)
        snapshot: Any = await self._at.sessions.snapshot(self._id)
        self.graph = Graph.model_validate(snapshot["document"])
        self.number = snapshot["session"]["seq"]
        self._heard = heard

    def hear(self) -> None:
        """Apply what was told since."""
        for channel, event in self._at.told.events[self._heard :]:
            if channel == f"graph:{self._id}" and isinstance(event, Edited) and event.number > self.number:
                assert event.number == self.number + 1
                self.number = event.number
                for patch in event.patch:
                    apply(self.graph, OPERATIONS.validate_python(patch))
        self._heard = len(self._at.told.events)

    async def act(self) -> None:
        """Edit, take back, make again; fall out or come back."""
        await self._stay_or_leave()
        if not self.online:
            return
        self.hear()
        choice = self._chance.random()
        self.asked += 1
        try:
            if choice < 0.7:
                await self._edit()
            elif choice < 0.87:
                await self._at.undo(self._id, self.name)
            else:
                await self._at.redo(self._id, self.name)
        except Refused:
            self.refused += 1

    async def come_back(self) -> None:
        """Ask again what got no answer, then hear what was missed, or start anew."""
        self.online = True
        if self._unanswered is not None:
            token, operations = self._unanswered
            self._unanswered = None
            await self._send(token, operations)
        if self._chance.random() < 0.2:
            await self.begin()
        self.hear()

    async def _stay_or_leave(self) -> None:
        if not self.online and self._chance.random() < 0.2:
            await self.come_back()
        elif self.online and self._chance.random() < 0.05:
            self.online = False

    async def _edit(self) -> None:
        token, operations = self._at.token(), strokes(self._chance, self.graph)
        await self._send(token, operations)
        if self._chance.random() < 0.1:  # the answer gets lost, with the connection
            self._unanswered = token, operations
            self.online = False

    async def _send(self, token: str, operations: list[dict[str, Any]]) -> None:
        await self._at.sessions.edit(self._id, self.name, token, operations)


async def edit_together(folder: Path, steps: int, seed: int) -> None:
    chance = Random(seed)
    async with desk(folder) as at:
        at.file(tree=TREE)
        id = (await at.sessions.open(GraphSource(name="sum"))).id
        clients = [Client(name, at, id, Random(chance.random())) for name in ("anna", "ben")]
        for client in clients:
            await client.begin()
        while sum(client.asked for client in clients) < steps:
            await asyncio.gather(*(client.act() for client in clients))
            at.clock.go(0.1)
        for client in clients:
            await client.come_back()
        for client in clients:
            client.hear()
        server = await at.sessions.graph(id)

        assert [client.graph.to_bytes() for client in clients] == [server.to_bytes()] * 2
        assert len({edit.token for edit in at.edits()}) == len(at.edits()) == (await at.sessions.get(id)).seq
        assert len(at.edits()) + sum(client.refused for client in clients) >= 0.9 * steps
        assert {bool(edit.notice) for edit in at.edits()} == {True, False}
    async with desk(folder) as at:
        assert (await at.sessions.graph(id)).to_bytes() == server.to_bytes() == at.file().read_bytes()


@story
async def test_two_clients_end_with_the_graph_of_the_server(tmp_path: Path) -> None:
    await edit_together(tmp_path, 300, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_two_clients_end_with_the_graph_of_the_server_however_long(tmp_path: Path, seed: int) -> None:
    asyncio.run(edit_together(tmp_path, 2000, seed))
