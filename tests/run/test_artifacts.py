import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from blake3 import blake3

from engine.run.artifacts import export, write
from engine.run.naming import Naming


@dataclass(frozen=True)
class Letter:
    words: str

    suffix = ".txt"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        return [json.dumps([self.words, text]).encode()]


@dataclass(frozen=True)
class Opaque:
    number: int


def no_text() -> dict[str, str]:
    return {}


def test_a_value_that_can_be_a_file_becomes_one(tmp_path: Path) -> None:
    [artifact] = export({"letter": Letter("hello")}, {}, Naming(tmp_path), lambda: {"key": "carried"})
    file = tmp_path / "letter.txt"
    assert artifact.path == file
    assert file.read_text() == '["hello", {"key": "carried"}]'
    assert artifact.digest == blake3(file.read_bytes()).hexdigest()


def test_a_list_of_them_becomes_several(tmp_path: Path) -> None:
    found = export({"letters": [Letter("a"), Letter("b")]}, {}, Naming(tmp_path), no_text)
    assert [one.path and one.path.name for one in found] == ["letters-000.txt", "letters-001.txt"]


@pytest.mark.parametrize("value", [4, 0.5, "text", True, None, [1, [2.5, "x"]]])
def test_plain_values_are_reported_themselves(tmp_path: Path, value: object) -> None:
    [artifact] = export({"it": value}, {"it": "d1"}, Naming(tmp_path), no_text)
    assert (artifact.path, artifact.value, artifact.digest) == (None, value, "d1")


def test_other_values_are_reported_by_type_and_digest(tmp_path: Path) -> None:
    [artifact] = export({"it": Opaque(1)}, {"it": "d1"}, Naming(tmp_path), no_text)
    assert (artifact.type, artifact.digest, artifact.path, artifact.value) == ("Opaque", "d1", None, None)


def test_nothing_is_asked_of_the_text_without_a_file(tmp_path: Path) -> None:
    def forbidden() -> dict[str, str]:
        raise AssertionError("asked")

    export({"it": 1}, {}, Naming(tmp_path), forbidden)


def test_a_file_that_can_not_be_written_leaves_no_part_behind(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(OSError, match="there"):
        write(tmp_path / "there", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
