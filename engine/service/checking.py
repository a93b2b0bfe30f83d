"""Whole checks of graphs, in threads, one at a time for each session; what they find anew is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from engine.service.background import Background
from engine.service.beside import Beside
from engine.service.opened import Channels, Opened
from engine.service.problems import records
from engine.service.protocol import Checked


class Checking:
    """Checks the graphs of sessions whose problems are not known.

    Args:
        beside: What a session's graph sees around it.
        channels: Where to tell.
        background: Takes the work.
    """

    def __init__(
        self, beside: Callable[[Opened], Beside], channels: Channels, background: Background
    ) -> None:
        self._beside, self._channels, self._background = beside, channels, background

    def soon(self, opened: Opened) -> None:
        """Have a session checked if it needs to be and isn't just now."""
        if opened.session.problems.stale and not opened.checking:
            opened.checking = True
            self._background.start(self._check(opened))

    async def _check(self, opened: Opened) -> None:
        """Check until the graph is as it was when it was checked; edits don't wait for it."""
        try:
            while opened.session.problems.stale:
                session = opened.session
                graph, number = session.graph, session.seq
                found = await asyncio.to_thread(self._beside(opened).check, graph)
                if session.checked(graph, found):
                    problems = records(session.problems.known)
                    self._channels.publish(opened.channel, Checked(number=number, problems=problems))
        finally:
            opened.checking = False
