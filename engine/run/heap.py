"""The C library's heap, told to keep what tensors let go for those that come next.

glibc gives each thread a heap of its own and hands large blocks back to the system at once. The next layer's
buffers are then new pages, cleared one by one: on one core a tenth to a fifth of the time of a U-Net's step.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Names of options in glibc's malloc.h."""
KEPT = 2**31 - 1
"""Bytes free at the heap's end from which on they go back at once; the most that can be said."""
LARGE = 2**25
"""Bytes from which on a block is not of the heap; the most that glibc takes, and comes to by itself."""


def keep_heap() -> None:
    """Let all threads of this process share one heap, which keeps its pages; does nothing without glibc.

    Threads that exist have theirs already: it is best called before there are any.
    """
    if (library := _glibc()) is not None:
        for option, value in ((ARENA_MAX, 1), (MMAP_THRESHOLD, LARGE), (TRIM_THRESHOLD, KEPT)):
            library.mallopt(option, value)


def give_back() -> None:
    """Hand pages that nothing uses back to the system, as when models were dropped or nothing is to do."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def _glibc() -> Any:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "malloc_trim") else None
