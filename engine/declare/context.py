"""What a running node may ask of the run: progress, previews, cancellation, the device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from engine.declare.handle import Handle
    from engine.declare.types import OnDevice


class Context(Protocol):
    """Given to a node that has a parameter annotated ``Context``; it is no port.

    Attributes:
        device: Device the node computes on, as torch names it.
    """

    device: str

    def on_device(self, handle: Handle) -> OnDevice[Any]:
        """Load a model that a value names, as a port annotated ``OnDevice`` does; it stays for the call.

        For models that come inside other values, such as the control networks of a conditioning.
        """
        ...

    def tick(self) -> None:
        """Raise ``Cancelled`` if the run was cancelled; call it wherever stopping is safe."""
        ...

    def progress(self, done: float, total: float) -> None:
        """Tell how far the node is, and tick."""
        ...

    def preview(self, value: Any) -> None:
        """Show an intermediate value; lossy, the latest wins.

        Where nobody looks, it is let go at once: hand over what is there anyway, as it is and where it is.

        Args:
            value: The value, or a function that makes it. It is called only when somebody looks, later and in
                another thread, so it may only read.
        """
        ...
