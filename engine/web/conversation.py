"""What one client says and is answered: each message is done or refused by name, in the order they came."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from engine.errors import GraphError, KnotworkError
from engine.service.channels import encode, pack
from engine.service.frames import FrameRefused, FrameTooLarge, read
from engine.service.outbox import Outbox
from engine.service.presence import Company
from engine.service.problems import records
from engine.service.protocol import (
    CLOSE_BAD_FRAME,
    Cancel,
    ClientMessage,
    Edit,
    Hello,
    Ping,
    PlanRequest,
    Presence,
    Present,
    Redo,
    Refusal,
    Submit,
    Subscribe,
    Undo,
    Unsubscribe,
    Watch,
    Wire,
)

if TYPE_CHECKING:
    from engine.service.service import Service

LOG = logging.getLogger(__name__)

SUBSCRIPTIONS = 100
"""Channels that a client may listen to at once."""

BESIDE = 4
"""Plans that are made for a client at once, while it is answered other things."""

UNFORESEEN = "the server failed in a way that it did not foresee; its log tells more"

Allow = Callable[[int], float]
"""Asks for so many operations at once; gives 0, or the seconds to wait first."""


class RequestRefused(KnotworkError):
    """A message makes no sense at this point of the conversation, or asks for too much."""


class Conversation:
    """One client's socket, without the socket: frames go in, answers go to the outbox.

    Args:
        service: What is asked.
        company: Who is in the sessions.
        hello: How the client introduced itself.
        outbox: Where answers go.
        allow: How fast it may ask.
    """

    def __init__(
        self, service: Service, company: Company, hello: Hello, outbox: Outbox, allow: Allow
    ) -> None:
        self._service, self._company = service, company
        self._client, self._name = hello.client, hello.name
        self._outbox, self._allow = outbox, allow
        self._beside: set[asyncio.Task[None]] = set()
        self._answers: dict[type[Wire], Callable[[Any], Awaitable[JsonValue]]] = {
            Hello: self._hello,
            Subscribe: self._subscribe,
            Unsubscribe: self._unsubscribe,
            Edit: self._edit,
            Undo: self._undo,
            Redo: self._redo,
            Presence: self._presence,
            Watch: self._watch,
            Submit: self._submit,
            Cancel: self._cancel,
            PlanRequest: self._plan,
            Ping: self._ping,
        }

    async def hear(self, frame: bytes | str) -> None:
        """Do what a frame asks for, and answer. What takes long and changes nothing is answered later."""
        try:
            message = read(frame)
        except FrameTooLarge as error:
            self._outbox.end(CLOSE_BAD_FRAME, str(error))
        except FrameRefused as error:
            self._refuse(error.id, error)
        else:
            if isinstance(message, PlanRequest) and len(self._beside) < BESIDE:
                task = asyncio.create_task(self._answer(message))
                self._beside.add(task)
                task.add_done_callback(self._beside.discard)
            else:
                await self._answer(message)

    async def _answer(self, message: ClientMessage) -> None:
        id: int | None = getattr(message, "id", None)
        try:
            self._check_pace(message)
            value = await self._answers[type(message)](message)
            if id is not None:
                self._outbox.put(pack({"type": "reply", "id": id, "value": value}))
        except KnotworkError as error:
            self._refuse(id, error)
        except Exception:
            LOG.exception("a message of %s could not be done", self._client)
            self._refuse(id, RequestRefused(UNFORESEEN))

    async def resume(self, last: Mapping[str, int | None]) -> None:
        """Subscribe to the channels that the client had before its socket was lost.

        Args:
            last: Channel → number of the last message it got; None when that number means nothing here.
        """
        for channel, seq in last.items():
            try:
                await self._listen(channel, seq)
            except KnotworkError as error:
                self._refuse(None, error, channel)
            except Exception:
                LOG.exception("%s could not go on with %s", self._client, channel)
                self._refuse(None, RequestRefused(UNFORESEEN), channel)

    async def settle(self) -> None:
        """Wait for what is answered later."""
        await asyncio.gather(*self._beside)

    async def leave(self) -> None:
        """Listen no more, and be seen no more."""
        for channel in self._service.channels.heard(self._outbox):
            self._forget(channel)
        self._service.previews.leave(self._outbox)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    def _refuse(self, id: int | None, error: KnotworkError, channel: str = "") -> None:
        problems = records(error.problems) if isinstance(error, GraphError) else ()
        self._outbox.put(encode(Refusal(id=id, channel=channel, error=str(error), problems=problems)))

    def _check_pace(self, message: ClientMessage) -> None:
        if wait := self._allow(len(message.operations) if isinstance(message, Edit) else 1):
            later = f"{max(wait, 0.1):.1f} s"
            raise RequestRefused(f"expected fewer operations a second. Send it again in {later}.")

    async def _hello(self, message: Hello) -> JsonValue:
        raise RequestRefused("expected hello once, got it again. Open another socket for another client.")

    async def _subscribe(self, message: Subscribe) -> JsonValue:
        await self._listen(message.channel, message.last)

    async def _listen(self, channel: str, last: int | None) -> None:
        heard = self._service.channels.heard(self._outbox)
        if len(heard) >= SUBSCRIPTIONS and channel not in heard:
            cure = "Unsubscribe from some first."
            raise RequestRefused(f"expected at most {SUBSCRIPTIONS} channels at once, got one more. {cure}")
        await self._service.channels.subscribe(channel, self._outbox, last)
        if session := _about(channel, "graph"):
            self._company.greet(session, self._outbox)

    async def _unsubscribe(self, message: Unsubscribe) -> JsonValue:
        self._forget(message.channel)

    def _forget(self, channel: str) -> None:
        self._service.channels.unsubscribe(channel, self._outbox)
        if session := _about(channel, "graph"):
            self._company.leave(session, self._outbox)
        if run := _about(channel, "run"):
            self._service.previews.unwatch(run, self._outbox)

    def _check_listens(self, channel: str) -> None:
        if channel not in self._service.channels.heard(self._outbox):
            raise RequestRefused(f'expected a client that listens to "{channel}". Subscribe to it first.')

    async def _edit(self, message: Edit) -> JsonValue:
        await self._service.sessions.people.met(self._client, self._name)
        change = await self._service.sessions.edit(
            message.session, self._client, message.token, message.operations
        )
        return {"seq": change.seq}

    async def _undo(self, message: Undo) -> JsonValue:
        change = await self._service.sessions.undo(message.session, self._client, message.token)
        return {"seq": change.seq, "notice": change.notice}

    async def _redo(self, message: Redo) -> JsonValue:
        change = await self._service.sessions.redo(message.session, self._client, message.token)
        return {"seq": change.seq, "notice": change.notice}

    async def _presence(self, message: Presence) -> JsonValue:
        self._check_listens(f"graph:{message.session}")
        present = Present(
            client=self._client, name=self._name, cursor=message.cursor, selection=message.selection
        )
        self._company.show(message.session, self._outbox, present)

    async def _watch(self, message: Watch) -> JsonValue:
        self._check_listens(f"run:{message.run}")
        self._service.previews.watch(message.run, self._outbox, message.nodes, message.size, message.rate)

    async def _submit(self, message: Submit) -> JsonValue:
        runs = await self._service.submit(message.request)
        return [run.model_dump() for run in runs]

    async def _cancel(self, message: Cancel) -> JsonValue:
        await self._service.queue.cancel(message.run)

    async def _plan(self, message: PlanRequest) -> JsonValue:
        plan = await self._service.planner.explain(message.session, message.outputs, message.after)
        return plan.model_dump()

    async def _ping(self, message: Ping) -> JsonValue:
        return None


def _about(channel: str, kind: str) -> str:
    """The session or run that a channel is about; empty when it is about something else."""
    head, _, rest = channel.partition(":")
    return rest if head == kind else ""
