import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StoreError
from engine.store.database import NAME
from engine.store.ref import Missing, Ref
from engine.store.store import Store
from tests.store.conftest import Opened

LARGE = b"x" * 20_000


def put(store: Store, key: bytes, value: object = LARGE, **more: Any) -> Ref:
    return store.put(key, {"out": value}, node="test.node", seconds=1.0, ingredients=b"", **more)["out"]


def other_reader(store: Store, key: bytes) -> bool:
    """Whether another connection sees the key's row."""
    connection = sqlite3.connect(store.home / NAME)
    try:
        return bool(connection.execute("SELECT 1 FROM entries WHERE key = ?", [key]).fetchall())
    finally:
        connection.close()


def file_of(store: Store) -> Path:
    [path] = store.home.glob("objects/*/*")
    return path


def test_word_comes_after_the_commit(store: Store) -> None:
    seen: list[bool] = []
    ref = put(store, b"k", on_commit=lambda: seen.append(other_reader(store, b"k") and store._disk.has(ref)))
    store.flush()

    assert seen == [True]


def test_word_comes_in_the_order_of_the_puts(store: Store) -> None:
    order: list[int] = []
    for number in range(200):
        value = number if number % 3 else b"%d" % number * 8000
        put(store, b"%d" % number, value, on_commit=lambda number=number: order.append(number))
    store.flush()

    assert order == list(range(200))


def test_many_small_results_are_few_commits(store: Store) -> None:
    before = store._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert before
    commits: list[int] = []
    commit = store._committer.commit
    store._committer.commit = lambda jobs: (commits.append(len(jobs)), commit(jobs))[1]
    for number in range(10_000):
        put(store, b"%d" % number, float(number))
    store.flush()

    assert sum(commits) == 10_000
    assert len(commits) <= 100


def test_a_callback_that_raises_is_told_and_stops_nothing(store: Store) -> None:
    put(store, b"k", on_commit=lambda: 1 / 0)
    with pytest.raises(StoreError, match="ZeroDivisionError"):
        store.flush()
    put(store, b"other")
    store.flush()

    assert set(store.probe([b"k", b"other"])) == {b"k", b"other"}


@pytest.mark.parametrize("place", [0, 10_000, 20_000], ids=["first", "middle", "last"])
def test_a_flipped_bit_is_a_miss_and_what_it_damaged_is_gone(opened: Opened, place: int) -> None:
    first = opened()
    ref = put(first, b"k")
    put(first, b"same")
    put(first, b"other", LARGE + b"y")
    first.close()
    store = opened()
    path = store._disk.path(ref)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)

    with pytest.raises(Missing, match="damaged"):
        store.load(ref)
    assert set(store.probe([b"k", b"same", b"other"])) == {b"other"}
    assert not path.exists()


def test_a_truncated_file_is_a_miss_and_can_be_stored_again(opened: Opened) -> None:
    first = opened()
    ref = put(first, b"k")
    first.close()
    store = opened()
    path = store._disk.path(ref)
    path.write_bytes(path.read_bytes()[:100])
    put(store, b"again")
    store.flush()
    store._memory.clear()

    assert store.load(ref) == LARGE


def test_a_flipped_bit_in_a_row_is_a_miss(opened: Opened) -> None:
    first = opened()
    put(first, b"damaged", "a text")
    put(first, b"sound", "another")
    first.close()
    path = first.home / NAME
    data = path.read_bytes()
    assert data.count(b"a text") == 1
    path.write_bytes(data.replace(b"a text", b"a tex4"))
    store = opened()

    assert set(store.probe([b"damaged", b"sound"])) == {b"sound"}


def test_verifying_finds_and_drops_what_is_damaged(opened: Opened) -> None:
    store = opened()
    put(store, b"sound", LARGE + b"y")
    ref = put(store, b"k")
    store.flush()
    store._disk.path(ref).write_bytes(b"")
    found = store.verify()

    assert (found.checked, found.damaged) == (2, (ref.digest,))
    assert set(store.probe([b"k", b"sound"])) == {b"sound"}
    assert store.verify().damaged == ()


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_told_to_the_owner_and_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, b"before", LARGE + b"y")
    store.flush()
    told: list[StoreError] = []
    done: list[bytes] = []
    with monkeypatch.context() as patch:
        patch.setattr("engine.store.disk.sync", full)
        put(store, b"k", on_commit=lambda: done.append(b"k"), on_error=told.append)
        put(store, b"small", 1, on_commit=lambda: done.append(b"small"), on_error=told.append)
        store.flush()

    assert done == [b"small"]
    [error] = told
    assert "No space left" in str(error)
    assert "0.93 GiB (KNOTWORK_DISK_BUDGET)" in str(error)
    assert list(store.home.glob("tmp/*")) == []
    assert set(store.probe([b"before", b"k", b"small"])) == {b"before", b"small"}
    put(store, b"k")
    store.flush()
    assert b"k" in store.probe([b"k"])


def test_flushing_raises_what_nobody_was_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("engine.store.disk.sync", full)
        put(store, b"k")
        with pytest.raises(StoreError, match="KNOTWORK_DISK_BUDGET"):
            store.flush()
    store.flush()


def test_a_full_index_fails_the_group_and_loses_nothing(store: Store) -> None:
    put(store, b"before", 1)
    store.flush()
    [(pages,)] = store._database.rows("PRAGMA page_count")
    store._database.rows(f"PRAGMA max_page_count = {pages + 1}")
    for number in range(20):
        put(store, b"%d" % number, b"%d" % number * 10_000)
    with pytest.raises(StoreError, match="disk is full"):
        store.flush()
    store._database.rows("PRAGMA max_page_count = 1000000")
    put(store, b"after", 2)
    store.flush()

    assert set(store.probe([b"before", b"0", b"after"])) == {b"before", b"after"}
