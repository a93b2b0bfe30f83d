"""Ctrl-C and SIGTERM end a run at its next tick; what was computed stays."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAID = b"\nStopping at the next step. Press Ctrl-C again to stop at once.\n"


@contextmanager
def cancelled_by_signals(cancel: Callable[[], None]) -> Generator[None]:
    """While this lasts, the first signal cancels and the second leaves at once with exit code 130.

    Leaving at once is safe: the store survives a kill, and no output file is open while a run lasts.
    """
    asked = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(130)
        asked = True
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, SAID)  # print is not safe in a handler
        cancel()

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        if not asked:  # a node that is deaf to the first signal is still waited for: the second must end that
            for number, handler in before.items():
                signal.signal(number, handler)


def terminate_like_interrupt() -> None:
    """Let SIGTERM end a command the way Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
