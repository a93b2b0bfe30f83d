"""Outputs written to files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from engine.run.artifacts import export, is_plain, write
from engine.run.naming import Naming


@dataclass(frozen=True)
class Page:
    """A value that can be a file, or several."""

    sheets: tuple[str, ...]
    suffix = ".txt"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        return [(sheet + text.get("graph", "")).encode() for sheet in self.sheets]


def exported(folder: Path, text: Any = dict, **outputs: Any) -> list[Any]:
    return export(outputs, {name: f"d-{name}" for name in outputs}, Naming(folder), text)


def test_a_value_that_can_be_a_file_is_written(tmp_path: Path) -> None:
    [page] = exported(tmp_path / "new", page=Page(("hello",)))
    assert page.path == tmp_path / "new" / "page.txt"
    assert page.path.read_bytes() == b"hello"
    assert (page.output, page.type, page.digest) == ("page", "Page", blake3(b"hello").hexdigest())


def test_several_files_of_one_output_are_numbered(tmp_path: Path) -> None:
    names = [one.path.name for one in exported(tmp_path, page=Page(("a", "b")))]
    assert names == ["page-000.txt", "page-001.txt"]


def test_the_items_of_a_list_are_files_each(tmp_path: Path) -> None:
    found = exported(tmp_path, page=[Page(("a",)), Page(("b",))])
    assert [one.path.read_text() for one in found] == ["a", "b"]


def test_a_file_carries_the_text_given(tmp_path: Path) -> None:
    [page] = exported(tmp_path, lambda: {"graph": "!"}, page=Page(("a",)))
    assert page.path.read_text() == "a!"


def test_the_text_is_made_only_for_files(tmp_path: Path) -> None:
    def text() -> dict[str, str]:
        raise AssertionError("asked")

    [number] = exported(tmp_path, text, n=3)
    assert (number.value, number.path, number.digest) == (3, None, "d-n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [True, 3, 2.5, "text", None, [1, [2.0, "x"]]], ids=repr)
def test_plain_values_are_reported_themselves(value: object, tmp_path: Path) -> None:
    assert is_plain(value)
    [found] = exported(tmp_path, x=value)
    assert found.value == value


@pytest.mark.parametrize(
    "value", [object(), {"a": 1}, [1, object()], (1, 2)], ids=["object", "dict", "list", "tuple"]
)
def test_others_by_class_and_digest_alone(value: object, tmp_path: Path) -> None:
    assert not is_plain(value)
    [found] = exported(tmp_path, x=value)
    assert (found.value, found.type, found.digest) == (None, type(value).__name__, "d-x")


def test_outputs_keep_their_order(tmp_path: Path) -> None:
    assert [one.output for one in exported(tmp_path, b=1, a=Page(("x",)), c=2)] == ["b", "a", "c"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "page.txt"
    write(target, b"old")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="disk full"):
        write(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["page.txt"]
    assert target.read_bytes() == b"old"


def test_a_file_is_readable_by_others(tmp_path: Path) -> None:
    assert write(tmp_path / "page.txt", b"x").stat().st_mode & 0o777 == 0o644
