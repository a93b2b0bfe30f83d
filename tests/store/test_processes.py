import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from engine.store.alive import Life
from engine.store.database import Database
from engine.store.store import Store
from tests.store.conftest import Opened
from tests.store.writing import key, value

ROOT = Path(__file__).parents[2]


@contextmanager
def writing(home: Path, first: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that puts results, killed at the end."""
    command = [sys.executable, "-m", "tests.store.writing", str(home), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def reported(process: subprocess.Popen[bytes], count: int) -> list[int]:
    """The first numbers that a process reports, then those that are on their way when it is killed."""
    assert process.stdout is not None
    numbers = [int(process.stdout.readline()) for _ in range(count)]
    process.send_signal(signal.SIGKILL)
    return numbers + [int(line) for line in process.stdout.read().splitlines() if line]


def bad_reads(store: Store, numbers: list[int]) -> list[int]:
    """Numbers whose result is there and not what was put."""
    found = store.probe([key(number) for number in numbers])
    return [
        number
        for number in numbers
        if key(number) in found and store.load(found[key(number)].outputs["out"]) != value(number)
    ]


def kill_and_look(home: Path, times: int, seed: int) -> None:
    random_ = random.Random(seed)
    first = 0
    done: list[int] = []
    for _ in range(times):
        with writing(home, first) as process:
            done += reported(process, random_.randrange(1, 120))
        first = done[-1] + 200
        with Store(home, disk_budget=10**9, ram_budget=0) as store:
            assert store.probe([key(number) for number in done]).keys() == {key(number) for number in done}
            assert bad_reads(store, list(range(first))) == []
            store.flush()
            assert list(home.glob("tmp/*")) == []


def test_killed_at_any_moment_nothing_reported_is_lost_and_nothing_bad_is_read(tmp_path: Path) -> None:
    kill_and_look(tmp_path / "home", times=4, seed=1)


@pytest.mark.soak
def test_killed_fifty_times_nothing_reported_is_lost_and_nothing_bad_is_read(tmp_path: Path) -> None:
    kill_and_look(tmp_path / "home", times=50, seed=2)


def test_processes_make_one_home_together(tmp_path: Path) -> None:
    code = "import sys; from tests.store.test_processes import make; make(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(tmp_path / "home")]
    processes = [subprocess.Popen([*command, str(number)], cwd=ROOT) for number in range(4)]

    assert [process.wait() for process in processes] == [0] * 4
    with Store(tmp_path / "home", disk_budget=10**9, ram_budget=0) as store:
        assert len(store.probe([key(number) for number in range(4)])) == 4


def test_a_home_is_begun_by_many_at_once(tmp_path: Path) -> None:
    together = Barrier(6)

    def begin(home: Path) -> None:
        together.wait()
        Database(home).close()

    with ThreadPoolExecutor(6) as threads:
        for number in range(100):
            list(threads.map(begin, [tmp_path / str(number)] * 6))


def make(home: str, number: str) -> None:
    with Store(Path(home), disk_budget=10**9, ram_budget=0) as store:
        store.put(key(int(number)), {"out": 1}, node="n", seconds=1, ingredients=b"")


def test_two_processes_write_one_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with writing(home, 0) as one, writing(home, 0) as two:
        done = reported(one, 150) + reported(two, 150)
    with Store(home, disk_budget=10**9, ram_budget=0) as store:
        assert store.probe([key(number) for number in done]).keys() == {key(number) for number in done}
        assert bad_reads(store, sorted(set(done))) == []


def test_one_process_sees_what_another_adds_drops_and_gives_up(opened: Opened) -> None:
    one, two = opened(), opened()
    one.put(b"k", {"out": b"x" * 20_000}, node="n", seconds=1, ingredients=b"")
    one.flush()
    assert b"k" in two.probe([b"k"])

    two.drop([b"k"])
    two.flush()
    assert one.probe([b"k"]) == {}


def test_a_blob_that_another_process_gave_up_is_written_again(opened: Opened) -> None:
    one, two = opened(), opened()
    value = b"x" * 20_000
    one.put(b"k", {"out": value}, node="n", seconds=1, ingredients=b"")
    one.flush()
    two.gc(budget=0)
    ref = one.put(b"again", {"out": value}, node="n", seconds=1, ingredients=b"")["out"]
    one.flush()

    assert two.load(ref) == value


def test_unfinished_files_of_the_dead_are_swept_and_those_of_the_living_stay(opened: Opened) -> None:
    living = opened()
    folder = living.home / "tmp"
    folder.mkdir()
    assert living._life is not None
    unfinished = folder / f"{living._life.name}-0"
    unfinished.touch()
    (folder / "0123-0").touch()
    (living.home / "live" / "0123").touch()
    opened()

    assert list(folder.iterdir()) == [unfinished]


def test_blobs_without_a_row_are_swept_at_once_when_nobody_else_lives(opened: Opened) -> None:
    first = opened()
    first.put(b"k", {"out": b"x" * 20_000}, node="n", seconds=1, ingredients=b"")
    first.close()
    stray = first.home / "objects" / "ab" / f"{'ab' * 32}.msgpack"
    stray.parent.mkdir()
    stray.touch()
    (first.home / "live" / "0123").touch()
    opened().flush()

    assert not stray.exists()
    assert len(list(first.home.glob("objects/*/*"))) == 1


def test_blobs_without_a_row_are_swept_once_they_are_old(opened: Opened) -> None:
    store = opened()
    ref = store.ref(b"x" * 20_000)
    for age, digest in ((0, "ab" * 32), (10_000, "cd" * 32)):
        path = store.home / "objects" / digest[:2] / f"{digest}.msgpack"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        then = path.stat().st_mtime - age
        os.utime(path, (then, then))
    store.put(b"k", {"out": b"x" * 20_000}, node="n", seconds=1, ingredients=b"")
    store.gc()

    names = {path.name for path in store.home.glob("objects/*/*")}
    assert names == {f"{'ab' * 32}.msgpack", f"{ref.digest}.msgpack"}


def test_a_process_is_alive_until_it_ends_or_dies(tmp_path: Path) -> None:
    one, two = Life(tmp_path), Life(tmp_path)
    assert one.bury() == ({one.name, two.name}, False)

    two._file.close()  # what the system does when a process is killed
    assert one.bury() == ({one.name}, True)
    assert one.bury() == ({one.name}, False)
    one.end()
    one.end()
    assert list(tmp_path.iterdir()) == []


def test_one_owner_has_a_lease_until_it_ends_or_lapses(opened: Opened) -> None:
    one, two = opened(), opened()
    assert one.lease(b"k", "one", ttl=60)
    assert one.lease(b"k", "one", ttl=60)
    assert not two.lease(b"k", "two", ttl=60)
    assert two.leased_by(b"k") == "one"

    two.release(b"k", "two")
    assert two.leased_by(b"k") == "one"
    one.release(b"k", "one")
    assert two.leased_by(b"k") is None

    assert two.lease(b"k", "two", ttl=-1)
    assert one.leased_by(b"k") is None
    assert one.lease(b"k", "one", ttl=60)


def test_a_lease_ends_when_its_process_dies(opened: Opened) -> None:
    one, two = opened(), opened()
    assert one.lease(b"k", "one", ttl=60)
    assert one._life is not None
    one._life._file.close()  # what the system does when a process is killed

    assert two.lease(b"k", "two", ttl=60)
    assert two.leased_by(b"k") == "two"
