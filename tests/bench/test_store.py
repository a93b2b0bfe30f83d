import os
from pathlib import Path
from time import perf_counter, process_time

import pytest

from engine.store.store import Store

pytestmark = pytest.mark.bench
MANY = 10_000


def burst(home: Path, count: int) -> tuple[float, list[bytes]]:
    """CPU seconds to make scalars durable, and their keys."""
    keys = [os.urandom(20) for _ in range(count)]
    with Store(home, disk_budget=10**9, ram_budget=10**6) as store:
        start = process_time()
        for number, key in enumerate(keys):
            store.put(key, {"out": float(number)}, node="math.add", seconds=1e-5, ingredients=bytes(150))
        store.flush()
        return process_time() - start, keys


def test_a_burst_of_scalars_costs_little_and_grows_linearly(tmp_path: Path) -> None:
    tenth = min(burst(tmp_path / f"small {turn}", MANY // 10)[0] for turn in range(5))
    whole = min(burst(tmp_path / f"large {turn}", MANY)[0] for turn in range(5))
    print(f"\n{MANY} scalars: {whole * 1000:.0f} ms of CPU, a tenth of them {tenth * 1000:.0f} ms")

    assert whole <= 0.150
    assert whole / tenth <= 12


def test_probing_known_keys_is_quick(tmp_path: Path) -> None:
    _, keys = burst(tmp_path, MANY)
    with Store(tmp_path, disk_budget=10**9, ram_budget=10**6) as store:
        times: list[float] = []
        for _ in range(5):
            start = perf_counter()
            assert len(store.probe(keys)) == MANY
            times.append(perf_counter() - start)
    print(f"\n{MANY} keys: {times[0] * 1000:.0f} ms from disk, then {min(times) * 1000:.1f} ms")

    assert min(times) <= 0.030


def test_opening_an_empty_home_is_quick(tmp_path: Path) -> None:
    times: list[float] = []
    for turn in range(9):
        start = perf_counter()
        store = Store(tmp_path / str(turn), disk_budget=10**9, ram_budget=10**6)
        times.append(perf_counter() - start)
        store.close()
    print(f"\nopening: {min(times) * 1000:.1f} ms")

    assert min(times) <= 0.010
