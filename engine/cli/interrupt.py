"""Ctrl-C and SIGTERM end a run at its next tick; what was computed stays."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Event, Thread

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SAID = b"\nStopping at the next step. Press Ctrl-C again to stop at once.\n"


@contextmanager
def cancelled_by_signals(cancel: Callable[[], None]) -> Generator[None]:
    """While this lasts, the first signal cancels and the second leaves at once with exit code 130.

    A thread waits for the signals: Python's own handlers run in the main thread between two instructions, and
    that one may just be going to wait for the run. Leaving at once is safe: the store survives a kill, and no
    output file is open while a run lasts.
    """
    heard, said = socket.socketpair()
    said.setblocking(False)
    asked = Event()
    watcher = Thread(target=_watch, args=(heard, said, asked, cancel), name="knotwork-signals", daemon=True)
    watcher.start()
    before = {number: signal.signal(number, lambda number, frame: None) for number in SIGNALS}
    told = signal.set_wakeup_fd(said.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        if not asked.is_set():  # else a deaf node may still be waited for: the second signal must end that
            signal.set_wakeup_fd(told)
            for number, handler in before.items():
                signal.signal(number, handler)
            said.close()
            watcher.join()
            heard.close()


def _watch(heard: socket.socket, said: socket.socket, asked: Event, cancel: Callable[[], None]) -> None:
    """Take the numbers of signals as they arrive, until the other end is closed; holding it keeps it open."""
    while number := heard.recv(1):
        if number[0] not in SIGNALS:
            continue
        if asked.is_set():
            os._exit(130)
        asked.set()
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, SAID)
        cancel()


def terminate_like_interrupt() -> None:
    """Let SIGTERM end a command the way Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
