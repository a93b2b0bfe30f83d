from pathlib import Path

import pytest
import torch

from engine.declare.codec import CodecError
from engine.errors import StoreError
from engine.store.ref import Missing
from engine.store.store import Store
from tests.store.conftest import Opened

LARGE = b"x" * 20_000


def put(store: Store, key: bytes, value: object = LARGE, *, seconds: float = 1.0) -> None:
    store.put(key, {"out": value}, node="test.node", seconds=seconds, ingredients=b"made of " + key)


def keys_in(store: Store, *keys: bytes) -> set[bytes]:
    store.flush()
    return set(store.probe(keys))


def test_what_was_put_is_found_by_key(store: Store) -> None:
    refs = store.put(b"k", {"a": 1, "b": LARGE}, node="test.node", seconds=0.5, ingredients=b"made of this")
    store.flush()
    entry = store.probe([b"k", b"other"])[b"k"]

    assert entry.outputs == refs
    assert (entry.seconds, entry.node, entry.ingredients) == (0.5, "test.node", b"made of this")
    assert [store.load(ref) for ref in entry.outputs.values()] == [1, LARGE]
    assert store.ingredients([b"k", b"other"]) == {b"k": b"made of this"}


def test_it_survives_closing(opened: Opened) -> None:
    first = opened()
    value = [torch.arange(10_000.0), torch.zeros(2)]
    first.put(b"k", {"out": value}, node="n", seconds=1, ingredients=b"")
    first.close()
    second = opened()
    loaded = second.load(second.probe([b"k"])[b"k"].outputs["out"])

    assert all(torch.equal(a, b) for a, b in zip(loaded, value, strict=True))


def test_values_can_be_loaded_before_they_are_on_disk(opened: Opened) -> None:
    store = opened(ram_budget=0)
    refs = store.put(b"k", {"out": LARGE}, node="n", seconds=1, ingredients=b"")

    assert store.load(refs["out"]) == LARGE


def test_a_ref_is_what_putting_would_give(store: Store) -> None:
    refs = store.put(b"k", {"out": LARGE}, node="n", seconds=1, ingredients=b"")

    assert store.ref(LARGE) == refs["out"]


def test_equal_values_are_one_file(store: Store) -> None:
    put(store, b"one")
    put(store, b"two")
    store.flush()

    assert store.stats().blobs == 1
    assert len(list(store.home.glob("objects/*/*"))) == 1


def test_large_values_are_files_and_small_ones_are_not(store: Store) -> None:
    put(store, b"small", b"x" * 10_000)
    put(store, b"record", LARGE)
    put(store, b"tensor", torch.zeros(10_000))
    store.flush()

    assert sorted(path.suffix for path in store.home.glob("objects/*/*")) == [".msgpack", ".safetensors"]


def test_outputs_put_later_join_those_put_before(store: Store) -> None:
    store.put(b"k", {"a": 1, "b": LARGE}, node="n", seconds=1, ingredients=b"")
    store.flush()
    store.put(b"k", {"a": 2, "c": 3}, node="n", seconds=1, ingredients=b"")
    store.flush()
    outputs = store.probe([b"k"])[b"k"].outputs

    assert {name: store.load(ref) for name, ref in outputs.items()} == {"a": 2, "b": LARGE, "c": 3}


def test_a_blob_that_a_later_result_replaces_is_removed(store: Store) -> None:
    put(store, b"k", LARGE)
    store.flush()
    put(store, b"k", LARGE + b"y")
    store.flush()

    assert store.stats().blobs == 1
    assert len(list(store.home.glob("objects/*/*"))) == 1


def test_results_of_one_key_in_one_group_join_too(store: Store) -> None:
    store.put(b"k", {"a": 1}, node="n", seconds=1, ingredients=b"")
    store.put(b"k", {"b": 2}, node="n", seconds=1, ingredients=b"")
    store.flush()

    assert set(store.probe([b"k"])[b"k"].outputs) == {"a", "b"}


def test_what_is_dropped_is_gone_at_once_and_its_file_after_the_commit(store: Store) -> None:
    put(store, b"k")
    store.flush()
    store.drop([b"k"])

    assert store.probe([b"k"]) == {}
    assert keys_in(store, b"k") == set()
    assert list(store.home.glob("objects/*/*")) == []


def test_dropping_reaches_what_is_not_committed_yet(store: Store) -> None:
    put(store, b"k")
    store.drop([b"k"])

    assert keys_in(store, b"k") == set()


def test_what_is_put_after_dropping_is_there(store: Store) -> None:
    put(store, b"k", 1)
    store.drop([b"k"])
    put(store, b"k", 2)
    store.flush()

    assert store.load(store.probe([b"k"])[b"k"].outputs["out"]) == 2


def test_dropping_one_of_two_leaves_the_blob_they_share(store: Store) -> None:
    put(store, b"one")
    put(store, b"two")
    store.drop([b"one"])
    store.flush()
    store._memory.clear()

    assert store.load(store.probe([b"two"])[b"two"].outputs["out"]) == LARGE


def test_pinned_results_are_neither_dropped_nor_given_up(store: Store) -> None:
    store.pin(b"k")
    put(store, b"k")
    store.drop([b"k"])
    store.gc(budget=0)
    assert keys_in(store, b"k") == {b"k"}

    store.unpin(b"k")
    store.gc(budget=0)
    assert keys_in(store, b"k") == set()


def test_the_disk_budget_is_kept_and_the_cheapest_bytes_go(opened: Opened) -> None:
    store = opened(disk_budget=100_000)
    for number in range(10):
        put(store, b"%d" % number, LARGE + b"%d" % number, seconds=float(number))
        store.flush()

    assert store.stats().disk_used <= 100_000
    assert keys_in(store, *(b"%d" % number for number in range(10))) == {b"6", b"7", b"8", b"9"}
    assert len(list(store.home.glob("objects/*/*"))) == 4


def test_what_is_used_after_an_eviction_outlives_what_is_not(opened: Opened) -> None:
    store = opened(disk_budget=50_000)
    for name in (b"a", b"b", b"c"):
        put(store, name, LARGE + name)
        store.flush()
    assert store.probe([b"a"]) == {}

    assert b"b" in store.probe([b"b"])
    put(store, b"d", LARGE + b"d")
    store.flush()
    assert keys_in(store, b"b", b"c", b"d") == {b"b", b"d"}


def test_what_a_run_holds_is_not_given_up(store: Store) -> None:
    put(store, b"held", LARGE + b"1", seconds=0.001)
    put(store, b"free", LARGE + b"2", seconds=100)
    with store.hold([b"held"]):
        store.gc(budget=0)
        assert keys_in(store, b"held", b"free") == {b"held"}
    store.gc(budget=0)

    assert keys_in(store, b"held") == set()


def test_where_all_is_held_the_budget_is_exceeded_until_the_run_ends(opened: Opened) -> None:
    store = opened(disk_budget=50_000)
    keys = [b"%d" % number for number in range(5)]
    with store.hold(keys):
        for name in keys:
            put(store, name, LARGE + name)
            store.flush()
        assert keys_in(store, *keys) == set(keys)
    put(store, b"next", LARGE, seconds=100)
    store.flush()

    assert store.stats().disk_used <= 50_000
    assert keys_in(store, b"next") == {b"next"}


def test_budgets_count_shared_blobs_once(store: Store) -> None:
    for number in range(10):
        put(store, b"%d" % number)
    store.flush()

    assert 20_000 < store.stats().disk_used < 25_000


def test_collecting_tells_the_bytes_that_it_freed(store: Store) -> None:
    put(store, b"k")
    store.flush()
    used = store.stats().disk_used

    assert store.gc(budget=0) == used
    assert store.stats().disk_used == 0


def test_clearing_removes_everything(store: Store) -> None:
    put(store, b"k")
    store.pin(b"k")
    store.remember("graph", {"a": b"k"})
    store.clear()

    assert keys_in(store, b"k") == set()
    assert store.remembered("graph") == {}
    assert list(store.home.glob("objects/*/*")) == []
    assert store.stats().disk_used == 0


def test_a_taken_value_is_read_from_disk_by_the_next(store: Store) -> None:
    value = torch.zeros(10_000)
    refs = store.put(b"k", {"out": value}, node="n", seconds=1, ingredients=b"")

    assert store.load(refs["out"]) is value
    assert store.take(refs["out"])
    value += 1
    assert torch.equal(store.load(refs["out"]), torch.zeros(10_000))


def test_a_list_is_taken_item_by_item(store: Store) -> None:
    value = [torch.zeros(10_000), torch.ones(10_000)]
    refs = store.put(b"k", {"out": value}, node="n", seconds=1, ingredients=b"")

    assert store.take(refs["out"])
    assert store.stats().ram_used == 0


def test_a_graph_remembers_its_keys(store: Store) -> None:
    store.remember("graph", {"a": b"1", "b": b"2"})
    store.remember("graph", {"a": b"3"})
    store.flush()

    assert store.remembered("graph") == {"a": b"3"}
    assert store.remembered("another") == {}


def test_timings_lean_to_what_was_measured_last(store: Store) -> None:
    put(store, b"1", LARGE, seconds=1.0)
    store.flush()
    put(store, b"2", LARGE, seconds=2.0)
    store.flush()
    timings = store.timings(["test.node", "never.ran"])

    assert set(timings) == {"test.node"}
    assert timings["test.node"].seconds == pytest.approx(1.3)
    assert timings["test.node"].size == store.ref(LARGE).size


def test_a_value_that_can_not_be_stored_is_refused_at_once(store: Store) -> None:
    with pytest.raises(CodecError):
        put(store, b"k", object())
    assert keys_in(store, b"k") == set()


def test_a_value_larger_than_the_whole_budget_is_refused_by_name(opened: Opened) -> None:
    store = opened(disk_budget=10_000)
    put(store, b"k")
    with pytest.raises(StoreError, match=r"test\.node.*larger than.*KNOTWORK_DISK_BUDGET"):
        store.flush()

    assert keys_in(store, b"k") == set()


def test_a_temporary_store_leaves_nothing() -> None:
    with Store.temporary() as store:
        put(store, b"k")
        assert keys_in(store, b"k") == {b"k"}
        home = store.home
    assert not home.exists()


def test_a_closed_store_refuses_results(opened: Opened) -> None:
    store = opened()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        put(store, b"k")


def test_a_value_whose_file_is_gone_is_a_miss(store: Store) -> None:
    put(store, b"k")
    store.flush()
    ref = store.probe([b"k"])[b"k"].outputs["out"]
    store._memory.clear()
    store._disk.path(ref).unlink()

    with pytest.raises(Missing, match="computed again"):
        store.load(ref)
    assert store.probe([b"k"]) == {}


def test_the_home_may_be_several_folders_deep(tmp_path: Path) -> None:
    with Store(tmp_path / "a" / "b", disk_budget=1, ram_budget=1) as store:
        assert store.stats().entries == 0


def test_a_stamp_changes_with_what_is_stored_and_only_then(opened: Opened) -> None:
    store, other = opened(), opened()
    stamps = [store.stamp(), store.stamp()]
    assert stamps[0] == stamps[1]
    for writer in (store, other):
        put(writer, b"%d" % id(writer))
        writer.flush()
        stamps.append(store.stamp())
    store.remember("mine", {"a": b"k"})
    store.flush()
    stamps.append(store.stamp())

    assert len(set(stamps)) == 4
