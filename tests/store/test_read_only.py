from pathlib import Path

import pytest

from engine.errors import StoreError
from engine.store.ref import Missing
from engine.store.store import Store
from tests.store.conftest import Opened

LARGE = b"x" * 20_000


def tree(home: Path) -> dict[str, bytes]:
    """Every file with something in it but SQLite's shared memory, which readers use, too."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.stat().st_size and not path.name.endswith("-shm")
    }


@pytest.fixture
def filled(opened: Opened) -> Path:
    store = opened()
    store.put(b"k", {"out": LARGE}, node="n", seconds=1, ingredients=b"i")
    store.remember("graph", {"a": b"k"})
    store.close()
    return store.home


def test_results_are_read_and_nothing_is_written(filled: Path, opened: Opened) -> None:
    before = tree(filled)
    store = opened(read_only=True)
    ref = store.probe([b"k"])[b"k"].outputs["out"]

    assert store.load(ref) == LARGE
    assert store.remembered("graph") == {"a": b"k"}
    store.put(b"new", {"out": LARGE + b"y"}, node="n", seconds=1, ingredients=b"")
    store.remember("graph", {"a": b"new"})
    store.flush()
    store.close()
    assert tree(filled) == before


def test_new_values_stay_in_memory(filled: Path, opened: Opened) -> None:
    store = opened(read_only=True)
    done: list[int] = []
    refs = store.put(
        b"new", {"out": LARGE + b"y"}, node="n", seconds=1, ingredients=b"", on_commit=lambda: done.append(1)
    )

    assert store.load(refs["out"]) == LARGE + b"y"
    assert done == [1]
    assert store.probe([b"new"]) == {}


def test_a_damaged_value_is_a_miss_that_stays_on_disk(filled: Path, opened: Opened) -> None:
    [path] = filled.glob("objects/*/*")
    path.write_bytes(b"damaged")
    store = opened(read_only=True)
    with pytest.raises(Missing):
        store.load(store.probe([b"k"])[b"k"].outputs["out"])

    assert store.probe([b"k"]) == {}
    assert path.read_bytes() == b"damaged"


def test_what_would_write_is_refused(filled: Path, opened: Opened) -> None:
    store = opened(read_only=True)
    for act in (
        lambda: store.drop([b"k"]),
        lambda: store.pin(b"k"),
        lambda: store.gc(),
        lambda: store.verify(),
        lambda: store.clear(),
    ):
        with pytest.raises(StoreError, match="reading only"):
            act()


def test_a_home_that_is_not_there_is_an_empty_store(tmp_path: Path) -> None:
    with Store(tmp_path / "none", disk_budget=1, ram_budget=1, read_only=True) as store:
        assert store.probe([b"k"]) == {}
    assert not (tmp_path / "none").exists()


def test_it_sees_what_another_process_adds(filled: Path, opened: Opened) -> None:
    reader, writer = opened(read_only=True), opened()
    assert reader.probe([b"new"]) == {}
    writer.put(b"new", {"out": 1}, node="n", seconds=1, ingredients=b"")
    writer.flush()

    assert b"new" in reader.probe([b"new"])
