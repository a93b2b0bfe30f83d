"""A graph of 2,000 nodes."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.bench.test_editor import COUNT, sums
from tests.e2e.editor import Editor


def test_two_thousand_nodes_are_opened_edited_and_run(workspace: Path, editor: Editor) -> None:
    (workspace / "sums.json").write_text(json.dumps(sums()), encoding="utf-8")
    editor.open_file("sums")
    # From far, the graph is one painted picture; the outline lists all of it
    expect(editor.canvas.locator("[data-far=true]")).to_be_visible()
    editor.command("Outline")
    rows = editor.outline.get_by_role("treeitem")
    expect(rows.first).to_have_attribute("aria-setsize", str(COUNT))
    rows.first.click()
    editor.command("Zoom to 100")
    editor.node("n0").type("b", "3")
    editor.run()
    editor.wait_done()
