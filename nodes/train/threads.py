"""Parts of a step side by side, each in a thread of its own that doesn't split its operations further."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(work: Callable[[A], B], items: Iterable[A], width: int) -> list[B]:
    """Do work on each item, in order.

    Threads that meet once a step lose less to each other, and to other programs, than those that meet in
    every operation.

    Args:
        work: What to do.
        items: With what.
        width: Threads; 1 = this one, whose operations use as many as they are set to.
    """
    import torch

    if width == 1:
        return [work(item) for item in items]
    before = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(width, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(work, items))
    finally:
        torch.set_num_threads(before)  # a thread that sets its own number sets that of threads to come, too
