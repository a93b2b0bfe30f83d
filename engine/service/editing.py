"""How a change is made: drafted, committed, then accepted and told. Whoever was told of it finds it again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import time

from pydantic import JsonValue

from engine.graph.edit import Refused
from engine.service.archive import Archive
from engine.service.background import Background
from engine.service.channels import pack
from engine.service.opened import Channels, Opened
from engine.service.problems import records
from engine.service.protocol import Edited
from engine.service.session import Change, Draft, Session, replayed


class Editing:
    """Changes sessions, each one change after another.

    Args:
        archive: Where changes are committed.
        channels: Where they are told.
        background: Finishes a change whose maker was cancelled.
        then: Called after each change.
    """

    def __init__(
        self,
        archive: Archive,
        channels: Channels,
        background: Background,
        then: Callable[[Opened], None],
    ) -> None:
        self._archive, self._channels, self._background, self._then = archive, channels, background, then

    async def make(
        self,
        opened: Opened,
        token: str,
        draft: Callable[[Session], Draft],
        operations: Sequence[JsonValue] = (),
    ) -> Change:
        """Make a change, once: if one of this token was made, that is the answer.

        Args:
            opened: The session.
            token: Names the change for good.
            draft: Drafts it; called in a thread, since some operations look through the whole graph.
            operations: What was asked for, for the log.

        Raises:
            Refused: It can't be made.
            DatabaseError: It can't be committed.
        """
        return await self._background.finish(self._make(opened, token, draft, operations))

    async def commit(self, opened: Opened, draft: Draft, operations: Sequence[JsonValue] = ()) -> Change:
        """Make a drafted change; the session's ``editing`` lock is held since before it was drafted.

        Raises:
            DatabaseError: It can't be committed.
            KnotworkError: It holds what can't be sent, such as a number beyond 64 bits.
        """
        if draft.change.seq == opened.session.seq:
            return draft.change  # it writes nothing
        pack([draft.change.client, draft.change.token, list(operations)])  # else nobody could be told
        draft = replace(draft, change=replace(draft.change, created=time()))
        opened.lost = True  # until it is sure whether the database has it
        await self._archive.append(opened.id, draft.change, operations)
        return self._accept(opened, draft)

    async def catch_up(self, opened: Opened) -> None:
        """Take over what the database has though committing it seemed to fail; the lock is held."""
        if opened.lost:
            for change in await self._archive.since(opened.id, opened.session.seq):
                self._accept(opened, Draft(change, replayed(opened.session.graph, [change])))
            opened.lost = False

    async def _make(
        self,
        opened: Opened,
        token: str,
        draft: Callable[[Session], Draft],
        operations: Sequence[JsonValue],
    ) -> Change:
        async with opened.editing:
            if opened.closed:
                raise Refused("expected an open session, but it was just closed. Open it again.")
            await self.catch_up(opened)
            if (made := opened.session.made(token)) is not None:
                return made
            return await self.commit(opened, await asyncio.to_thread(draft, opened.session), operations)

    def _accept(self, opened: Opened, draft: Draft) -> Change:
        opened.lost = False
        change = opened.session.accept(draft)
        self._channels.publish(opened.channel, edited(change))
        self._then(opened)
        return change


def edited(change: Change) -> Edited:
    """A change as it is told."""
    return Edited(
        number=change.seq,
        client=change.client,
        token=change.token,
        patch=tuple(patch.model_dump(mode="json") for patch in change.patch),
        problems=None if change.problems is None else records(change.problems),
        notice=change.notice,
    )
