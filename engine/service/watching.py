"""Looks after sessions' files: what somebody else did to one becomes an edit of the graph, or a choice."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace

from engine.errors import GraphError
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.graph.edit import Refused
from engine.graph.merge import Side
from engine.service.archive import Archive
from engine.service.background import Background
from engine.service.editing import Editing
from engine.service.opened import Channels, Copy, Opened
from engine.service.outside import Pending, chosen, conflicting, gone, merged, unreadable
from engine.service.protocol import Choice, Saved
from engine.service.saving import Saving
from engine.service.session import Draft, Session
from engine.service.workspace import Content, Stamp, Workspace

NOTICE = "another program changed the file"


class Watching:
    """Looks at files, merges, and settles choices.

    Args:
        workspace: Where the files are.
        headless: Reads graphs.
        archive: Where it is noted what the files have.
        editing: Makes changes of the graphs.
        saving: Writes files once nothing waits to be chosen any more.
        channels: Where to tell.
        background: Finishes what was begun for somebody who is gone.
    """

    def __init__(
        self,
        workspace: Workspace,
        headless: Headless,
        archive: Archive,
        editing: Editing,
        saving: Saving,
        channels: Channels,
        background: Background,
    ) -> None:
        self._workspace, self._headless, self._archive = workspace, headless, archive
        self._editing, self._saving, self._channels = editing, saving, channels
        self._background = background

    async def look(self, opened: Opened) -> None:
        """Take over what somebody else did to a session's file since it was last looked at."""
        await self._background.finish(self._look(opened))
        self._saving.soon(opened)

    async def resolve(
        self, opened: Opened, choice: str, sides: Sequence[Side], client: str, token: str
    ) -> None:
        """Settle what waits to be chosen.

        Args:
            opened: The session.
            choice: Id of the choice, as it was told.
            sides: A side for each of its conflicts.
            client: Who chooses, and can undo it.
            token: Names the change for good.

        Raises:
            Refused: The choice is another one by now, or the sides don't fit.
        """
        await self._background.finish(self._resolve(opened, choice, sides, client, token))
        self._saving.soon(opened)

    async def _resolve(
        self, opened: Opened, choice: str, sides: Sequence[Side], client: str, token: str
    ) -> None:
        async with opened.disk:
            pending = opened.pending
            if token == opened.settled or opened.session.made(token) is not None:
                return  # the answer got lost
            if pending is None or pending.id != choice:
                raise Refused("expected the choice that waits now, but there is another one or none any more")
            if pending.theirs is None:
                await self._resolve_whole(opened, pending, sides)
            else:
                theirs = pending.theirs

                def draft(session: Session) -> Draft:
                    return session.become(client, token, chosen(session.graph, pending, sides))

                await self._editing.make(opened, token, draft)
                await self._know(opened, theirs, pending.digest, pending.stamp)
            self._settle(opened)
            opened.settled = token

    async def _look(self, opened: Opened) -> None:
        async with opened.disk:
            if opened.name:
                await self._look_at_file(opened)

    async def _look_at_file(self, opened: Opened) -> None:
        pending, copy = opened.pending, opened.copy
        stamp = await asyncio.to_thread(self._workspace.stamp, opened.name)
        if stamp is None:
            if copy.digest and not (pending and pending.stamp is None):
                self._wait(opened, gone())
            return
        if stamp == (pending.stamp if pending else copy.stamp):
            return
        try:
            content = await asyncio.to_thread(self._workspace.read, opened.name)
        except GraphError as error:
            self._wait(opened, unreadable("", stamp, str(error)))
            return
        if content.digest == copy.digest:
            opened.copy = replace(copy, stamp=content.stamp)
            self._settle(opened)
        elif opened.writing is not None and content.digest == opened.writing[1]:
            seq, digest = opened.writing
            await self._know(opened, opened.session.at(seq), digest, content.stamp, seq)
        else:
            await self._take_over(opened, content)

    async def _take_over(self, opened: Opened, content: Content) -> None:
        try:
            theirs = await asyncio.to_thread(self._headless.read, content.data)
        except GraphError as error:
            self._wait(opened, unreadable(content.digest, content.stamp, str(error)))
            return
        async with opened.editing:
            await self._editing.catch_up(opened)
            session = opened.session
            found = await asyncio.to_thread(merged, opened.copy.graph, session.graph, theirs)
            token = f"file {secrets.token_hex(8)}"
            draft = await asyncio.to_thread(session.become, "", token, found.graph, NOTICE)
            await self._editing.commit(opened, draft)
        # While there are conflicts no digest is known: after a restart the file is merged again.
        await self._know(opened, found.base, "" if found.conflicts else content.digest, content.stamp)
        if found.conflicts:
            self._wait(opened, conflicting(content, theirs, found.conflicts))
        else:
            self._settle(opened)

    async def _resolve_whole(self, opened: Opened, pending: Pending, sides: Sequence[Side]) -> None:
        """Settle what to do with a file that is gone or can't be read."""
        if sides == ["ours"]:
            await self._know(opened, opened.copy.graph, pending.digest, pending.stamp, -1)
        elif sides == ["theirs"] and pending.stamp is None:
            await self._archive.set(opened.id, name="", saved_digest="")
            opened.name = ""
        else:
            expected = '"ours", or "theirs" to go on without a file' if pending.stamp is None else '"ours"'
            raise Refused(f"expected {expected}, since {pending.reason}; got {', '.join(sides) or 'none'}")

    async def _know(
        self, opened: Opened, graph: Graph, digest: str, stamp: Stamp | None, seq: int | None = None
    ) -> None:
        """Note what the file has.

        Args:
            opened: The session.
            graph: Base of the next merge.
            digest: Digest of the file's bytes.
            stamp: The file's stamp.
            seq: Number of edits that it has; as many as can be if the graph is the session's.
        """
        if seq is None:
            last = opened.session.seq
            seq = last if graph == opened.session.graph else min(opened.copy.seq, last - 1)
        data = await asyncio.to_thread(graph.to_bytes)
        await self._archive.set(opened.id, saved_seq=seq, saved_digest=digest, saved=data, writing_digest="")
        opened.copy, opened.writing = Copy(graph, seq, digest, stamp), None
        if seq == opened.session.seq:
            self._channels.publish(opened.channel, Saved(name=opened.name, seq=seq))

    def _wait(self, opened: Opened, pending: Pending) -> None:
        opened.pending = pending
        self._channels.publish(opened.channel, Choice(id=pending.id, conflicts=pending.choices()))

    def _settle(self, opened: Opened) -> None:
        if opened.pending is not None:
            self._channels.publish(opened.channel, Choice(id=opened.pending.id, conflicts=()))
            opened.pending = None
