"""The context of a running node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.errors import Cancelled
from engine.run.events import Lossy, Preview, Progress

if TYPE_CHECKING:
    from engine.declare.handle import Handle
    from engine.declare.types import OnDevice
    from engine.run.call import Models


class Token:
    """Says whether work was cancelled, or paused. Setting it is atomic, nobody waits for it: no lock."""

    __slots__ = ("_set",)

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        """Cancel."""
        self._set = True

    def clear(self) -> None:
        """Take it back, as far as nobody has acted on it."""
        self._set = False

    def is_set(self) -> bool:
        """Whether it was cancelled."""
        return self._set


@dataclass(slots=True)
class RunContext:
    """Progress, previews, cancellation and models of one instance.

    Attributes:
        instance: Its name, for events.
        device: Device it computes on.
        cancelled: Set when nobody wants its result any more.
        tell: Takes its events.
        quiet: Whether a loop tells the progress instead.
        check_purity: Whether nodes are checked to leave inputs alone that they don't own.
        models: Where handles find their models.
        paused: Whether its result is wanted another time: a loop that keeps its turns stops after one.
    """

    instance: str
    device: str
    cancelled: Token
    tell: Callable[[Lossy], None]
    quiet: bool = False
    check_purity: bool = False
    models: Models | None = None
    paused: Callable[[], bool] = bool

    def on_device(self, handle: Handle) -> OnDevice[Any]:
        """The handle with its model, pinned until the instance is done."""
        assert self.models is not None
        return self.models.on_device(handle)

    def tick(self) -> None:
        """Raise ``Cancelled`` if nobody wants the result any more."""
        if self.cancelled.is_set():
            raise Cancelled(f"{self.instance} was cancelled")

    def progress(self, done: float, total: float) -> None:
        """Tell how far the node is, and tick."""
        self.tick()
        if not self.quiet:
            self.tell(Progress(self.instance, done, total))

    def preview(self, value: Any) -> None:
        """Show an intermediate value."""
        self.tell(Preview(self.instance, value))

    def inside(self) -> RunContext:
        """The context of a loop's body: the loop tells the progress."""
        return replace(self, quiet=True)
