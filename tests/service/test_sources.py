import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nodes
from engine.declare.registry import Registry
from engine.errors import GraphError
from engine.executors.headless import Headless
from engine.graph.document import Graph
from engine.service.records import GraphSource
from engine.service.sources import BadSource, Sources
from engine.service.workspace import Workspace
from engine.settings import Settings

LINES = {
    "nodes": {"lines": {"type": "text.lines", "params": {"file": "words.txt"}}},
    "outputs": {"out": "lines.out"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    (folder / "sub").mkdir(parents=True)
    return folder


@pytest.fixture
def sources(tmp_path: Path, folder: Path) -> Iterator[Sources]:
    settings = Settings(home=tmp_path / "home", library_roots=(tmp_path,), device="cpu")
    registry = Registry({nodes.pack.name: nodes.pack})
    with Headless(settings, registry=registry, base=folder, local=False) as headless:
        yield Sources(Workspace(folder, settings), headless)


def put(path: Path, **fields: Any) -> None:
    path.write_text(json.dumps({"knotwork": 1, **fields}))


def found(sources: Sources, **source: Any) -> Graph:
    return asyncio.run(sources.find(GraphSource(**source)))


def test_a_file_hides_a_template_of_its_name(sources: Sources, folder: Path) -> None:
    put(folder.parent / "same.json", title="Template")
    assert found(sources, name="same").title == "Template"
    put(folder / "same.json", title="File")
    assert found(sources, name="same").title == "File"


def test_a_document_is_read_as_a_file_is(sources: Sources) -> None:
    assert found(sources, document={"knotwork": 1, "title": "Spoken"}).title == "Spoken"
    with pytest.raises(GraphError, match="format version up to"):
        found(sources, document={"knotwork": 99})


@pytest.mark.parametrize(
    "source", [{}, {"name": "a", "session": "b"}, {"name": "a", "document": {}}], ids=str
)
def test_exactly_one_graph_must_be_meant(sources: Sources, source: dict[str, Any]) -> None:
    with pytest.raises(BadSource, match="expected exactly one of session, name and document"):
        found(sources, **source)


def test_a_graph_in_a_folder_names_what_lies_beside_it(sources: Sources, folder: Path) -> None:
    put(folder / "sub" / "lines.json", **LINES)
    put(folder / "sub" / "outer.json", nodes={"inner": {"ref": "lines.json"}})
    (folder / "sub" / "words.txt").write_text("beside")
    (folder / "words.txt").write_text("elsewhere")
    assert found(sources, name="sub/lines").nodes["lines"].params == {"file": "sub/words.txt"}
    inner = found(sources, name="sub/outer").nodes["inner"].graph
    assert inner is not None
    assert inner.nodes["lines"].params == {"file": "sub/words.txt"}


def test_what_does_not_lie_beside_it_keeps_its_name(sources: Sources, folder: Path) -> None:
    put(folder / "sub" / "lines.json", **LINES)
    assert found(sources, name="sub/lines").nodes["lines"].params == {"file": "words.txt"}
    (folder / "sub" / "words.txt").symlink_to(folder.parent / "home")
    assert found(sources, name="sub/lines").nodes["lines"].params == {"file": "words.txt"}


def test_references_that_go_in_circles_are_refused(sources: Sources, folder: Path) -> None:
    put(folder / "sub" / "round.json", nodes={"again": {"ref": "round.json"}})
    with pytest.raises(GraphError, match="no graph inside itself"):
        found(sources, name="sub/round")
