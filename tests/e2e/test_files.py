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
    editor.drop("frog.png", "image/png", (PICTURES / "frog.png").read_bytes())
    load = editor.added(before)
    assert load.card.get_attribute("aria-label") == "frog.png"
    expect(load.card.get_by_role("img", name="What frog.png loads")).to_be_visible()


def test_a_file_goes_to_the_card_it_is_let_go_on_or_to_the_node_that_loads_such_files(editor: Editor) -> None:
    editor.new_graph()
    frog = (PICTURES / "frog.png").read_bytes()
    editor.drop("frog.png", "image/png", frog)
    load = editor.added([])
    editor.drop("toad.png", "image/png", frog + b" ", onto=load.title)
    expect(load.card).to_have_attribute("aria-label", "toad.png")
    expect(load.card.locator(".file-picker")).to_contain_text("toad.png")

    editor.drop("words.txt", "text/plain", b"one")
    lines = editor.added(["image"])
    expect(lines.card.get_by_role("switch")).to_be_visible()
