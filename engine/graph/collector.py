"""Python's collector of reference cycles, held back where many objects are made and none are dropped."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


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
