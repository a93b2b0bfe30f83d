"""The files of sessions, written some time after an edit.

A file is replaced only while it is as this server wrote or read it last. What is about to be written is noted
in the database first, so that a server that was killed meanwhile knows its own file again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from engine.errors import KnotworkError
from engine.graph.edit import Refused
from engine.service.archive import Archive
from engine.service.background import Background
from engine.service.opened import Channels, Copy, Later, Opened
from engine.service.protocol import Saved
from engine.service.workspace import Elsewhere, Workspace, digest_of

SOON = 1.0
"""Seconds from the first edit that a file lacks until it is written."""
AGAIN = 10.0
"""Seconds until writing is tried again after it failed."""


class Saving:
    """Writes sessions' files.

    Args:
        workspace: Where they are.
        archive: Where it is noted what they have.
        channels: Where to tell.
        background: Takes work that nobody waits for.
        later: Calls something after some time.
        look: Takes over what somebody else did to a file.
    """

    def __init__(
        self,
        workspace: Workspace,
        archive: Archive,
        channels: Channels,
        background: Background,
        later: Later,
        look: Callable[[Opened], Awaitable[None]],
    ) -> None:
        self._workspace, self._archive, self._channels = workspace, archive, channels
        self._background, self._later, self._look = background, later, look

    def soon(self, opened: Opened, seconds: float = SOON) -> None:
        """Have a file written in a while, if it lacks edits and nothing has to be chosen first."""
        if opened.name and not opened.is_saved and opened.pending is None and opened.saving is None:
            opened.saving = self._later(seconds, partial(self._begin, opened))

    async def save(self, opened: Opened) -> None:
        """Write a session's file now, if it lacks edits; what somebody else wrote to it is merged first.

        Raises:
            Refused: Somebody has to choose first.
            KnotworkError: It can't be written.
        """
        wanted = opened.session.seq
        while opened.name and opened.copy.seq < wanted:
            if opened.pending is not None:
                raise Refused(f"{opened.name} was changed by somebody else. Choose what it shall hold first.")
            try:
                await self._background.finish(self._save(opened))
            except Elsewhere:
                opened.copy = replace(opened.copy, stamp=None)
                await self._look(opened)

    async def save_as(self, opened: Opened, name: str) -> None:
        """Write a session's graph to a new file, which is the session's own from then on.

        Args:
            opened: The session.
            name: The file's one name.

        Raises:
            Refused: There is such a file.
            KnotworkError: It can't be written.
        """
        await self._background.finish(self._save_as(opened, name))

    def _begin(self, opened: Opened) -> None:
        opened.saving = None
        self._background.start(self._try(opened))

    async def _try(self, opened: Opened) -> None:
        try:
            if opened.pending is None:
                await self.save(opened)
                self.soon(opened)
        except KnotworkError as error:
            if opened.pending is None:
                told = Saved(name=opened.name, seq=opened.copy.seq, error=str(error))
                self._channels.publish(opened.channel, told)
                self.soon(opened, AGAIN)

    async def _save(self, opened: Opened) -> None:
        async with opened.disk:
            if opened.pending is None:
                await self._write(opened)

    async def _save_as(self, opened: Opened, name: str) -> None:
        async with opened.disk:
            before = opened.name, opened.copy, opened.pending
            await self._move(opened, name, replace(opened.copy, seq=-1, digest="", stamp=None))
            opened.pending = None
            try:
                await self._write(opened)
            except BaseException as error:
                await self._move(opened, *before[:2])
                opened.pending = before[2]
                if isinstance(error, Elsewhere):
                    cure = "Open it, or choose another name."
                    raise Refused(f"expected the name of a new file, but there is {name}. {cure}") from None
                raise

    async def _move(self, opened: Opened, name: str, copy: Copy) -> None:
        """Let another file be the session's, in the database first: a kill leaves no stray file."""
        await self._archive.set(opened.id, name=name, saved_seq=copy.seq, saved_digest=copy.digest)
        opened.name, opened.copy = name, copy

    async def _write(self, opened: Opened) -> None:
        """Write the file; ``disk`` is held."""
        graph, seq, copy = opened.session.graph, opened.session.seq, opened.copy
        data = await asyncio.to_thread(graph.to_bytes)
        digest, stamp = digest_of(data), copy.stamp
        if digest != copy.digest:
            await self._archive.set(opened.id, writing_seq=seq, writing_digest=digest)
            stamp = await asyncio.to_thread(self._workspace.write, opened.name, data, copy.digest)
        opened.copy = Copy(graph, seq, digest, stamp)
        await self._archive.set(opened.id, saved_seq=seq, saved_digest=digest, saved=data, writing_digest="")
        self._channels.publish(opened.channel, Saved(name=opened.name, seq=seq))
