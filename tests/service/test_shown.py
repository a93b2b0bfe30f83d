import os
from pathlib import Path

from engine.service.shown import Shown


def test_a_file_is_found_by_what_it_holds(tmp_path: Path) -> None:
    shown = Shown(tmp_path)
    assert shown.find("a picture") is None
    path = shown.put("a picture", ".webp", b"data")
    assert (shown.find("a picture"), path.read_bytes(), path.suffix) == (path, b"data", ".webp")
    assert shown.find("another") is None


def test_a_name_and_an_ending_lead_nowhere_else(tmp_path: Path) -> None:
    path = Shown(tmp_path / "shown").put("../../etc/passwd", "/../../x", b"data")
    assert path.is_relative_to(tmp_path / "shown")
    assert path.suffix == ".bin"


def test_what_was_written_first_goes_first_but_not_what_may_be_read_now(tmp_path: Path) -> None:
    shown = Shown(tmp_path, budget=250)
    old = [shown.put(f"old {number}", ".bin", bytes(100)) for number in range(2)]
    for age, path in enumerate(reversed(old)):
        os.utime(path, (1000 + age, 1000 + age))
    new = [shown.put(f"new {number}", ".bin", bytes(100)) for number in range(2)]
    assert [path.exists() for path in (*old, *new)] == [False, False, True, True]
    more = [shown.put(f"more {number}", ".bin", bytes(100)) for number in range(3)]
    assert all(path.exists() for path in (*new, *more))


def test_files_of_an_earlier_server_count(tmp_path: Path) -> None:
    old = Shown(tmp_path).put("old", ".bin", bytes(100))
    os.utime(old, (0, 0))
    Shown(tmp_path, budget=100).put("new", ".bin", bytes(50))
    assert not old.exists()
