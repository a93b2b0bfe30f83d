"""The server from Python: submit graphs, watch them run, fetch what they gave, edit open graphs.

    async with Client("http://127.0.0.1:8420") as client:
        (run,) = await client.submit(RunRequest(graph=GraphSource(name="text_to_image")))
        async for message in client.watch(run.id):
            print(message)

When the connection is lost it is made again, and everything goes on from where it was: what was asked is
asked again without being done twice, and what is listened to is gone on with after the last message.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import JsonValue, ValidationError

from engine.service.line import Line, Message, ServerGone, ServerRefused
from engine.service.protocol import (
    OVER,
    Cancel,
    Edit,
    Failure,
    GraphSource,
    Hello,
    Ping,
    PlanRecord,
    PlanRequest,
    Redo,
    Reliable,
    RunChanged,
    RunRecord,
    RunRequest,
    SessionRecord,
    Snapshot,
    Submit,
    Undo,
    Watch,
    Wire,
)

ADDRESS = "http://127.0.0.1:8420"


@dataclass(frozen=True, slots=True)
class PreviewWish:
    """Which pictures of a run to send.

    Attributes:
        nodes: Instances; None = all.
        size: Pixels of the longer side.
        rate: Pictures a second and instance at most.
    """

    nodes: tuple[str, ...] | None = None
    size: int = 256
    rate: float = 4.0


class Client:
    """One person, script or agent at a server.

    Args:
        address: Where the server is.
        token: Its token, if it has one.
        client: Id under which edits are undone, the same over reconnects; drawn when not given.
        name: Shown to others.
        patience: Seconds for which a server that does not answer is tried again.
    """

    def __init__(
        self,
        address: str = ADDRESS,
        token: str = "",
        *,
        client: str = "",
        name: str = "",
        patience: float = 60.0,
    ) -> None:
        address = address.rstrip("/")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.client = client or uuid4().hex
        self._line = Line(address, headers, Hello(client=self.client, name=name), patience)
        self._http = httpx.AsyncClient(base_url=address, headers=headers)

    async def __aenter__(self) -> Client:
        try:
            await self._line.open()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.close()
        await self._http.aclose()

    async def submit(self, request: RunRequest) -> tuple[RunRecord, ...]:
        """Queue runs.

        Args:
            request: What to run. Without a key it gets one, so that a lost connection queues nothing twice.

        Raises:
            ServerRefused: The graph or a value is wrong.
            ServerGone: The server can't be reached any more; so for all that follow.
        """
        keyed = request if request.key else request.model_copy(update={"key": uuid4().hex})
        found = await self._line.ask(Submit(id=self._line.next(), request=keyed))
        return tuple(RunRecord.model_validate(record) for record in cast("list[Any]", found))

    async def cancel(self, run: str) -> None:
        """Cancel a run, or all of a batch."""
        await self._line.ask(Cancel(id=self._line.next(), run=run))

    async def edit(self, session: str, operations: Sequence[dict[str, JsonValue]]) -> int:
        """Apply operations to an open graph, all or none.

        Returns:
            The edit's number in the session.
        """
        return await self._change(Edit, session, operations=tuple(operations))

    async def undo(self, session: str) -> int:
        """Take back the last edit of this client. See ``edit``."""
        return await self._change(Undo, session)

    async def redo(self, session: str) -> int:
        """Make again what this client took back last. See ``edit``."""
        return await self._change(Redo, session)

    async def plan(self, session: str, outputs: Sequence[str] = (), after: str = "") -> PlanRecord:
        """What a run of an open graph would do.

        Args:
            session: The session.
            outputs: Outputs wanted: named ones or ``instance.port``; without any, all named ones.
            after: Version of the last answer: only what is otherwise is said.
        """
        request = PlanRequest(id=self._line.next(), session=session, outputs=tuple(outputs), after=after)
        return PlanRecord.model_validate(await self._line.ask(request))

    async def ping(self) -> None:
        """Wait for an answer."""
        await self._line.ask(Ping(id=self._line.next()))

    async def open(self, source: GraphSource) -> SessionRecord:
        """Open a graph to edit it."""
        answer = await self._request("POST", "api/sessions", source)
        return SessionRecord.model_validate_json(answer.content)

    async def fetch(self, digest: str) -> bytes:
        """The file of an artifact."""
        return (await self._request("GET", f"api/artifacts/{quote(digest, safe='')}")).content

    async def ended(self, run: str) -> RunRecord:
        """A run once it has ended."""
        async with aclosing(self.watch(run)) as messages:
            async for message in messages:
                if (record := end_of(message)) is not None:
                    return record
        raise ServerGone(f"the server stopped telling of run {run}")

    async def listen(self, channel: str) -> AsyncGenerator[Message]:
        """What is said in a channel from now on: a snapshot, then message by message, without a gap.

        A snapshot comes again when the connection was lost for so long that the server no longer has what was
        missed. Of lossy messages only the latest of a key waits to be read.
        """
        async with aclosing(self._line.listen(channel)) as messages:
            async for message in messages:
                yield message

    async def watch(self, run: str, previews: PreviewWish | None = None) -> AsyncGenerator[Message]:
        """What becomes of a run, until it has ended. See ``listen``.

        Args:
            run: The run's id.
            previews: Which pictures to send along; none when not given.
        """
        wish = None if previews is None else Watch(id=self._line.next(), run=run, **asdict(previews))
        try:
            async with aclosing(self._line.listen(f"run:{run}")) as messages:
                async for message in messages:
                    if wish is not None:
                        await self._line.watch(wish)
                        wish = None
                    yield message
                    if end_of(message) is not None:
                        return
        finally:
            self._line.unwatch(run)

    async def _change(self, kind: type[Edit | Undo | Redo], session: str, **more: Any) -> int:
        """Change a session under a token of its own, so that a lost connection changes nothing twice."""
        request = kind(id=self._line.next(), session=session, token=uuid4().hex, **more)
        return cast("dict[str, int]", await self._line.ask(request))["seq"]

    async def _request(self, method: str, path: str, body: Wire | None = None) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, json=None if body is None else body.model_dump())
        except httpx.TransportError as error:
            raise ServerGone(f"{self._http.base_url}: {error}") from error
        if answer.is_error:
            raise _refusal(answer)
        return answer


def run(request: RunRequest, address: str = ADDRESS, token: str = "") -> tuple[RunRecord, ...]:
    """Submit runs and wait until all have ended: for scripts without asyncio.

    Raises:
        ServerRefused: The graph or a value is wrong.
        ServerGone: The server can't be reached.
    """

    async def running() -> tuple[RunRecord, ...]:
        async with Client(address, token) as client:
            queued = await client.submit(request)
            return tuple([await client.ended(one.id) for one in queued])

    return asyncio.run(running())


def end_of(message: Message) -> RunRecord | None:
    """The run of a channel ``run:<id>`` if a message says that it has ended."""
    if isinstance(message, Snapshot):
        run = RunRecord.model_validate(cast("dict[str, Any]", message.value)["run"])
    elif isinstance(message, Reliable) and isinstance(message.event, RunChanged):
        run = message.event.run
    else:
        return None
    return run if run.state in OVER else None


def _refusal(answer: httpx.Response) -> ServerRefused:
    try:
        failure = Failure.model_validate_json(answer.content)
    except ValidationError:  # of a proxy, or of another program
        return ServerRefused(f"{answer.status_code} {answer.reason_phrase}")
    return ServerRefused(failure.error, failure.problems)
