"""Python's collector of reference cycles, held back where many objects are made and none are dropped."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

EASED = 50_000
"""Objects that may be made before the collector looks through the young ones."""


def ease_collector() -> None:
    """Let this process's collector look less often: a run makes many small objects that live as long as it.

    With Python's 700 it took a quarter of the time of a run of ten thousand tiny nodes.
    """
    young, *older = gc.get_threshold()
    if 0 < young < EASED:
        gc.set_threshold(EASED, *older)


@contextmanager
def collector_held() -> Generator[None]:
    """Hold the collector back for a block: searching the growing heap for cycles can double its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
