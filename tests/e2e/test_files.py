"""Pictures and graphs that are dropped in."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.cli.served import Served
from tests.e2e.editor import Editor

PICTURES = Path(__file__).parents[2] / "graphs" / "pictures"


def test_a_picture_that_carries_its_graph_opens_it(editor: Editor, server: Served) -> None:
    done = server.post("/api/graphs/hue_wheel/run?wait=60", {"count": 2}).json()
    [sheet] = done["outputs"]["sheet"]
    editor.drop("wheel.png", "image/png", server.get(sheet["url"]).content)
    expect(editor.page.get_by_role("tab")).to_have_count(2)
    expect(editor.node("hues").card).to_be_visible()


def test_a_picture_without_a_graph_becomes_a_node_that_loads_it(editor: Editor) -> None:
    expect(editor.node("load").card).to_be_visible()
    before = editor.names()
    with editor.complaints.expecting(r"/api/sessions\?upload=.* 4\d\d", r"Failed to load resource.*upload="):
        editor.drop("frog.png", "image/png", (PICTURES / "frog.png").read_bytes())
        load = editor.added(before)
    assert load.card.get_attribute("aria-label") == "frog.png"
