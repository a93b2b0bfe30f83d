"""Signals while a run lasts."""

import signal
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Thread, get_ident

import pytest

from engine.cli.interrupt import SIGNALS, cancelled_by_signals


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_is_heard_while_the_main_thread_waits() -> None:
    inbox = SimpleQueue[str]()
    # A signal that another thread gets wakes no lock that the main one waits for.
    sender = Thread(target=lambda: signal.pthread_kill(get_ident(), signal.SIGINT))
    with cancelled_by_signals(lambda: inbox.put("cancelled")):
        sender.start()
        assert inbox.get(timeout=10) == "cancelled"
    sender.join()


def test_afterwards_signals_mean_what_they_meant_before() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with cancelled_by_signals(lambda: None):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before
