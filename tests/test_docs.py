"""What the README and the docs show must work as it stands there."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine.declare.registry import Registry
from engine.executors.headless import Headless
from engine.graph.check import check
from engine.graph.document import Graph

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
PAGES = ["README.md", *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md")))]


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return [found[2] for found in BLOCK.finditer(text) if found[1] == language]


def load(source: str, path: Path) -> ModuleType:
    """Import a block as a module."""
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("shown", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results(source: str) -> dict[str, Any]:
    with Headless(cache=False) as headless:
        return dict(headless.run(Graph.read(source.encode())).outputs)


def test_the_graph_in_the_readme_has_ten_lines_at_most_and_no_problems() -> None:
    [source] = blocks("README.md", "json")
    assert len(source.splitlines()) <= 10
    with Headless(base=ROOT / "graphs", cache=False) as headless:
        graph = Graph.read(source.encode())
        assert check(graph, headless.registry, headless.files.resolve, headless.reference) == []


def test_the_node_in_the_readme_has_ten_lines_and_works(tmp_path: Path) -> None:
    source = blocks("README.md", "python")[0]
    assert len(source[source.index("@node") :].splitlines()) <= 10
    shown = load(source, tmp_path / "shown.py")
    registry = Registry({})
    registry.add([shown.brighten])
    import torch

    brighter = shown.brighten(shown.Image(torch.full((1, 1, 1, 3), 0.5)), factor=1.5)
    assert brighter.pixels.unique().tolist() == [0.75]


def test_the_python_in_the_readme_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(blocks("README.md", "python")[1], tmp_path / "shown.py")
    assert capsys.readouterr().out == "{'result': 15.0}\n"


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (0, {"result": 5.0}),
        (1, {"result": 7.0}),
        (2, {"all": [1.0, 4.0, 9.0]}),
        (3, {"power": 1024.0, "steps": [2.0**turn for turn in range(1, 11)]}),
    ],
)
def test_a_graph_of_the_format_page_runs(index: int, expected: dict[str, Any]) -> None:
    assert results(blocks("docs/graph-format.md", "json")[index]) == expected


def test_every_graph_of_the_format_page_is_tested() -> None:
    found = blocks("docs/graph-format.md", "json")
    assert len(found) == 4
    assert all(json.loads(source)["knotwork"] == 1 for source in found)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_that_are_there(page: str) -> None:
    text = re.sub(r"<!--.*?-->", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = [link for link in LINK.findall(text) if not (ROOT / page).parent.joinpath(link).exists()]
    assert missing == []


def test_every_setting_is_documented() -> None:
    from engine.settings import READERS

    text = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
    assert [name for name in ("home", *READERS) if f"KNOTWORK_{name.upper()}" not in text] == []


@pytest.mark.parametrize(("command", "page"), [("run", "command-line.md"), ("serve", "server.md")])
def test_every_option_is_documented(command: str, page: str) -> None:
    from typer.main import get_command

    from engine.cli.app import app

    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    options = {
        option
        for param in get_command(app).commands[command].params  # pyright: ignore[reportAttributeAccessIssue]
        for option in param.opts
        if option.startswith("--")
    }
    assert [option for option in sorted(options) if option not in text] == []
