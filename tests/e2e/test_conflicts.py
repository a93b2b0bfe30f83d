"""Files of open graphs that other programs change meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.editor import Editor

FILE_HAS = """async ([name, params]) => {
    const listed = await (await fetch("api/graphs")).json()
    if (!listed.some(graph => graph.name === name)) return false  // to ask for it would be logged as an error
    const answer = await fetch(`api/graphs/${name}`)
    const found = (await answer.json()).nodes.noise.params
    return JSON.stringify(found) === JSON.stringify(params)
}"""
"""Whether a file of the workspace has these params of its noise, in the order of their names."""


@pytest.fixture
def file(editor: Editor, workspace: Path, request: pytest.FixtureRequest) -> Path:
    """The file of the graph that is open, written once."""
    path = workspace / editor.save_as(request.node.name)
    expect_file(editor, path, width=64, height=64)
    return path


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write a file as careful programs do: whole, in place of the old one."""
    document = json.loads(path.read_text())
    change(document)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(document))
    new.replace(path)


def test_one_side_is_chosen_where_both_changed_a_field(editor: Editor, file: Path) -> None:
    noise = editor.node("noise")
    before = file.read_bytes()
    noise.type("width", "96")
    expect(noise.field("width")).to_have_value("96")

    def outside(document: dict[str, Any]) -> None:
        document["nodes"]["noise"]["params"] = {"width": 128, "height": 32}

    file.write_bytes(before)
    rewrite(file, outside)
    dialog = editor.page.get_by_role("alertdialog", name="Both sides changed the same")
    expect(dialog.get_by_role("group", name="noise · Width")).to_be_visible()
    expect(dialog).to_be_focused()
    expect(noise.field("height")).to_have_value("32")
    dialog.get_by_role("button", name="Later").click()
    editor.page.get_by_role("button", name="Choose…").click()
    dialog.get_by_role("radio", name="The file’s").check()
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_be_hidden()
    expect(noise.field("width")).to_have_value("128")
    editor.undo()
    expect(noise.field("width")).to_have_value("96")
    expect_file(editor, file, width=96, height=32)


def test_what_else_was_changed_is_merged_without_a_question(editor: Editor, file: Path) -> None:
    noise = editor.node("noise")
    noise.type("width", "96")
    expect_file(editor, file, width=96, height=64)
    rewrite(file, lambda document: document["nodes"]["noise"]["params"].update(height=32))
    expect(noise.field("height")).to_have_value("32")
    expect(noise.field("width")).to_have_value("96")
    expect(editor.page.get_by_role("alertdialog")).to_have_count(0)


def test_a_file_that_is_gone_is_written_again(editor: Editor, file: Path) -> None:
    file.rename(file.with_name("elsewhere.json"))
    dialog = editor.page.get_by_role("alertdialog", name=f"What about {file.name}?")
    expect(dialog).to_contain_text("The file was removed.")
    dialog.get_by_role("button", name="Write it again").click()
    expect(dialog).to_be_hidden()
    editor.wait_saved()
    expect_file(editor, file, width=64, height=64)
    assert file.read_bytes() == file.with_name("elsewhere.json").read_bytes()


def expect_file(editor: Editor, file: Path, **params: int) -> None:
    """Wait until the file has these params of the noise, and no others."""
    editor.until(FILE_HAS, [file.name, dict(sorted(params.items()))])
