"""Pictures of what is being computed, for those who look: no more often and no larger than each asked for.

A run offers every intermediate value. What nobody watches is let go at once; of the rest the latest of an
instance waits until the client's next picture is due, and is drawn away from the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from engine.service.channels import encode
from engine.service.drawings import drawings, webp
from engine.service.outbox import Outbox
from engine.service.pictures import NotAPicture
from engine.service.protocol import Lossy, Preview

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Look:
    """What one client wants to see of a run.

    Attributes:
        outbox: The client's.
        nodes: Instances; None = all.
        size: Pixels of the longer side.
        pause: Seconds between two pictures of an instance.
        due: Instance → when its next picture may come, in the event loop's time.
        waiting: Instance → the value to show then.
    """

    outbox: Outbox
    nodes: frozenset[str] | None
    size: int
    pause: float
    due: dict[str, float] = field(default_factory=dict[str, float])
    waiting: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Turn:
    """A picture that a client waits for.

    Attributes:
        at: When it is due, in the event loop's time.
        run: The run.
        instance: What it is of.
        look: Who waits.
    """

    at: float
    run: str
    instance: str
    look: Look


class Previews:
    """Who looks at which run, and what waits to be shown. Made and used on the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._looks: dict[str, dict[Outbox, Look]] = {}
        self._offered: dict[tuple[str, str], Any] = {}
        self._lock = Lock()
        """Guards ``_offered``: runs put values there from their threads."""
        self._more = asyncio.Event()
        self._drawing: asyncio.Task[None] | None = None

    def watch(
        self, run: str, outbox: Outbox, nodes: Iterable[str] | None = None, size: int = 256, rate: float = 4.0
    ) -> None:
        """Send a client pictures of a run, in place of those it asked for before.

        Args:
            run: The run's id.
            outbox: The client's.
            nodes: Instances; None = all.
            size: Pixels of the longer side.
            rate: Pictures a second and instance at most.
        """
        wanted = None if nodes is None else frozenset(nodes)
        self._looks.setdefault(run, {})[outbox] = Look(outbox, wanted, size, 1 / rate)

    def unwatch(self, run: str, outbox: Outbox) -> None:
        """Send a client no more pictures of a run."""
        looks = self._looks.get(run, {})
        if looks.pop(outbox, None) is not None and not looks:
            del self._looks[run]

    def leave(self, outbox: Outbox) -> None:
        """Send a client no more pictures."""
        for run in tuple(self._looks):
            self.unwatch(run, outbox)

    def close(self) -> None:
        """Draw nothing more."""
        self._looks.clear()
        if self._drawing is not None:
            self._drawing.cancel()

    def offer(self, run: str, instance: str, value: Any) -> None:
        """Show a value soon to those who look at its instance. Callable from any thread.

        Args:
            run: The run's id.
            instance: What it is of.
            value: The value, or what makes it; see ``Context.preview``. Where nobody looks at the run it is
                let go here, untouched.
        """
        if run not in self._looks:
            return
        with self._lock:
            first = not self._offered
            self._offered[run, instance] = value
        if first:
            self._loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        with self._lock:
            offered, self._offered = self._offered, {}
        for (run, instance), value in offered.items():
            for look in self._looks.get(run, {}).values():
                if look.nodes is None or instance in look.nodes:
                    look.waiting[instance] = value
        self._more.set()
        if self._drawing is None or self._drawing.done():
            self._drawing = self._loop.create_task(self._draw())

    def _turns(self) -> list[Turn]:
        return [
            Turn(look.due.get(instance, 0.0), run, instance, look)
            for run, looks in self._looks.items()
            for look in looks.values()
            for instance in look.waiting
        ]

    async def _draw(self) -> None:
        """Draw whatever is due, until nothing waits."""
        while turns := self._turns():
            self._more.clear()
            now = self._loop.time()
            if due := [turn for turn in turns if turn.at <= now]:
                await self._show(due)
                continue
            try:
                await asyncio.wait_for(self._more.wait(), min(turn.at for turn in turns) - now)
            except TimeoutError:
                continue

    async def _show(self, due: list[Turn]) -> None:
        """Draw each picture once for all who want it in the same size."""
        wanted: dict[tuple[str, str, int, int], list[Look]] = {}
        values: dict[int, Any] = {}
        for turn in due:
            value = turn.look.waiting.pop(turn.instance)
            turn.look.due[turn.instance] = self._loop.time() + turn.look.pause
            values[id(value)] = value
            wanted.setdefault((turn.run, turn.instance, id(value), turn.look.size), []).append(turn.look)
        for (run, instance, value, size), looks in wanted.items():
            try:
                data = await asyncio.to_thread(draw, values[value], size)
            except NotAPicture as error:
                LOG.warning("%s: its preview can't be drawn: %s", instance, error)
                continue
            except Exception:  # what a pack hands over to be called; the run goes on without a picture
                LOG.exception("%s: its preview can't be drawn", instance)
                continue
            if data is None:
                continue
            key = f"preview:{instance}"
            event = Preview(n=instance, media="image/webp", data=data)
            message = encode(Lossy(channel=f"run:{run}", key=key, event=event))
            for look in looks:
                look.outbox.put_lossy(f"run:{run}", key, message)


def draw(value: Any, size: int) -> bytes | None:
    """A small WebP picture of a value.

    Args:
        value: The value, or what makes it; of several pictures the first is shown.
        size: Pixels of the longer side.

    Returns:
        The file; None for a value that shows nothing.

    Raises:
        NotAPicture: It should show something, but can't be drawn.
    """
    found = drawings(value() if callable(value) else value)
    return webp(found[0](), size) if found else None
