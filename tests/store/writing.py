"""Puts results until it is killed: HOME FIRST. Prints each number once its result is durable."""

import os
import sys
from itertools import count
from pathlib import Path

from engine.store.store import Store


def key(number: int) -> bytes:
    return b"key %d" % number


def value(number: int) -> object:
    """Every kind of place: a row, a blob, and a list whose items are blobs, one of them shared by all."""
    large = b"%d " % number * 10_000
    return [number, large, [large, number, b"shared" * 10_000]][number % 3]


def main() -> None:
    store = Store(Path(sys.argv[1]), disk_budget=10**9, ram_budget=10**6)
    for number in count(int(sys.argv[2])):
        line = b"%d\n" % number
        store.put(
            key(number),
            {"out": value(number)},
            node="test.node",
            seconds=1.0,
            ingredients=b"",
            on_commit=lambda line=line: os.write(1, line),
        )
        if number % 50 == 49:
            store.flush()


if __name__ == "__main__":
    main()
