from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.declare.recognised import Recognised
from engine.declare.registry import Pack, Registry
from engine.service.models import Models
from engine.service.recognitions import Recognitions
from tests.service.samples import safetensors


class Recogniser:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, path: Path, roots: Sequence[Path]) -> Recognised:
        self.asked.append(path.name)
        return Recognised(
            kind="lora", format="safetensors", trigger_words=("ink",), metadata={"long": "text"}
        )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    for name in ("a", "b"):
        (tmp_path / "models" / f"{name}.safetensors").write_bytes(safetensors({"w": [1]}))
    return tmp_path / "models"


def asked(root: Path, version: str = "1") -> list[str]:
    """The files that a server which starts now reads for a list."""
    recogniser = Recogniser()
    recognitions = Recognitions(root.parent / "home" / "recognised.json", lambda: version)
    records = Models([root], recogniser, recognitions).list()
    assert {record.trigger_words for record in records} == {("ink",)}
    return recogniser.asked


def test_a_model_is_recognised_once_also_by_the_next_server(root: Path) -> None:
    assert asked(root) == ["a.safetensors", "b.safetensors"]
    assert asked(root) == []


def test_a_model_that_was_changed_is_recognised_anew(root: Path) -> None:
    asked(root)
    (root / "b.safetensors").write_bytes(safetensors({"w": [2]}))
    assert asked(root) == ["b.safetensors"]


def test_another_version_recognises_all_anew(root: Path) -> None:
    asked(root)
    assert asked(root, version="2") == ["a.safetensors", "b.safetensors"]
    assert asked(root, version="2") == []


@pytest.mark.parametrize("text", ["", "no json", '{"version": "1", "models": {"a": 1}}'])
def test_a_damaged_file_is_as_none(root: Path, text: str) -> None:
    asked(root)
    (root.parent / "home" / "recognised.json").write_text(text)
    assert asked(root) == ["a.safetensors", "b.safetensors"]


def test_a_model_that_is_gone_is_forgotten(root: Path) -> None:
    asked(root)
    (root / "a.safetensors").unlink()
    (root / "c.safetensors").write_bytes(safetensors({"w": [1]}))
    asked(root)
    kept = (root.parent / "home" / "recognised.json").read_text()
    assert "c.safetensors" in kept
    assert "a.safetensors" not in kept


def test_what_a_maker_wrote_is_read_when_it_is_asked_for_and_not_kept(root: Path) -> None:
    asked(root)
    assert "long" not in (root.parent / "home" / "recognised.json").read_text()
    assert Models([root], Recogniser()).describe("a.safetensors").metadata == {"long": "text"}


def test_the_version_of_a_recogniser_follows_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "__init__.py").write_text("def recognise(path): ...")
    (tmp_path / "told" / "table.txt").write_text("one")
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry({"told": Pack("told", {}, recogniser="told:recognise")})
    before = registry.recogniser_version()
    (tmp_path / "told" / "table.txt").write_text("two")

    assert registry.recogniser_version() != before
