import os
from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3

from engine.declare.codec import digest_of
from engine.store import digests as module
from engine.store.digests import Digests
from engine.store.store import Store
from tests.store.conftest import Opened


@pytest.fixture
def digests(store: Store) -> Digests:
    return store.digests


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if files that were just written had been left alone for a while."""
    monkeypatch.setattr(module, "SETTLED", -1)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Which files were read."""
    paths: list[Path] = []
    read = module._hash

    def counting(path: Path, tick: Callable[[], None]) -> tuple[str, str]:
        paths.append(path)
        return read(path, tick)

    monkeypatch.setattr(module, "_hash", counting)
    return paths


def test_the_digest_is_that_of_the_bytes(digests: Digests, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 3_000_000)

    assert digests.of_file(path, hash_now=False) == blake3(b"x" * 3_000_000).hexdigest()


@pytest.mark.usefixtures("settled")
def test_an_unchanged_file_is_read_once_even_by_later_processes(
    opened: Opened, hashed: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x")
    for _ in range(2):
        store = opened()
        for _ in range(2):
            assert store.digests.of_file(path, hash_now=False) == digest_of(b"x")
        store.close()

    assert hashed == [path]


@pytest.mark.usefixtures("settled")
def test_a_changed_file_is_read_again_though_its_size_and_time_are_set_back(
    digests: Digests, tmp_path: Path
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    digests.of_file(path, hash_now=False)
    before = path.stat()
    path.write_bytes(b"new")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert digests.of_file(path, hash_now=False) == digest_of(b"new")


def test_a_file_that_changed_just_now_is_not_trusted(
    digests: Digests, hashed: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x")
    digests.of_file(path, hash_now=False)
    digests.of_file(path, hash_now=False)

    assert hashed == [path, path]


def test_large_files_wait_until_they_are_needed(
    digests: Digests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SETTLED", -1)
    monkeypatch.setattr(module, "LARGE", 10)
    path = tmp_path / "f"
    path.write_bytes(b"x" * 11)

    assert digests.of_file(path, hash_now=False) is None
    assert digests.of_folder(tmp_path, ("f",), hash_now=False) is None
    assert digests.of_file(path, hash_now=True) == digest_of(b"x" * 11)
    assert digests.of_file(path, hash_now=False) == digest_of(b"x" * 11)


def folder(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_folders_digest_is_over_names_and_digests(digests: Digests, tmp_path: Path) -> None:
    root = folder(tmp_path / "m", {"b.txt": "2", "a/c.txt": "1"})
    lines = f"{digest_of(b'1')} a/c.txt\n{digest_of(b'2')} b.txt\n"

    assert digests.of_folder(root, (), hash_now=False) == digest_of(lines.encode())


def test_only_the_files_that_are_read_count(digests: Digests, tmp_path: Path) -> None:
    one = folder(tmp_path / "one", {"a.json": "1", "notes.txt": "x", ".git/a.json": "y"})
    two = folder(tmp_path / "two", {"a.json": "1"})
    three = folder(tmp_path / "three", {"b.json": "1"})
    found = [digests.of_folder(path, (".json",), hash_now=False) for path in (one, two, three)]

    assert found[0] == found[1]
    assert found[0] != found[2]


def test_content_is_listed_with_the_places_where_it_was_seen(digests: Digests, tmp_path: Path) -> None:
    root = folder(tmp_path / "m", {"a.json": "1", "b.json": "1"})
    digest = digests.of_folder(root, (".json",), hash_now=False)
    assert digest is not None

    assert digests.paths(digest) == [(root, (".json",))]
    assert digests.paths(digest_of(b"1")) == [(root / "a.json", None), (root / "b.json", None)]
    assert digests.size(digest_of(b"1")) == 1
    assert digests.size(digest) is None
