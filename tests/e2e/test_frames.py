"""Loops as frames: what is inside of them is edited where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.editor import Editor, Node, middle

LOOP = {
    "type": "flow.loop",
    "count": 3,
    "carry": {"x": 1},
    "graph": {
        "inputs": {"x": {"to": ["twice.a"]}},
        "outputs": {"x": "twice.out"},
        "nodes": {"twice": {"type": "math.add", "params": {"b": 2}}, "aside": {"type": "math.add"}},
        "view": {"twice": {"at": [0, 0]}, "aside": {"at": [300, 40]}},
    },
}
GRAPH = {
    "knotwork": 1,
    "title": "Framed",
    "nodes": {
        "begin": {"type": "math.add"},
        "turns": LOOP,
        "after": {"type": "math.add", "links": {"a": "turns.x"}},
    },
    "outputs": {"y": "after.out"},
    "view": {"begin": {"at": [-340, 0]}, "turns": {"at": [0, 0]}, "after": {"at": [1100, 0]}},
}


@pytest.fixture
def framed(editor: Editor, workspace: Path) -> Editor:
    """A graph with a loop, all of it in view."""
    (workspace / "framed.json").write_text(json.dumps(GRAPH), encoding="utf-8")
    editor.open_file("framed")
    editor.close_panels()
    editor.show_everything()
    expect(editor.nodes()).to_have_count(5)
    return editor


def edge(editor: Editor, port: str) -> Locator:
    """A port that the frame has inside."""
    return editor.canvas.locator(f'[data-nodeid="turns"][data-handleid="{port}"]')


def test_a_field_inside_is_typed_into_and_the_loop_runs_by_it(framed: Editor) -> None:
    framed.node("turns/twice").type("b", "5")
    framed.run()
    framed.wait_done()
    framed.node("turns").expect_status("done", "hit")
    framed.node("turns/twice").expect_status("done", "hit")
    framed.undo()
    expect(framed.node("turns/twice").field("b")).to_have_value("2")


def test_links_inside_end_at_cards_and_at_the_edges_but_do_not_cross_these(framed: Editor) -> None:
    aside = framed.node("turns/aside")
    expect(framed.links()).to_have_count(3)
    framed.link(framed.node("turns/twice").output(), aside.input("a"))
    framed.link(edge(framed, ".inputs.index"), aside.input("b"))
    framed.drag(framed.node("begin").output(), framed.node("turns/twice").input("b"))
    expect(framed.page.get_by_test_id("toasts")).to_contain_text("only through the ports on its edges")
    framed.drag(aside.output(), edge(framed, ".outputs.x"))
    expect(framed.canvas.locator('[data-id="turns/aside.out>.outputs.x#0"]')).to_be_visible()
    expect(framed.links()).to_have_count(5)


def test_a_box_of_selection_takes_what_is_on_the_level_where_it_begins(framed: Editor) -> None:
    twice, aside = framed.node("turns/twice"), framed.node("turns/aside")
    draw_box(framed, framed.node("begin"), framed.node("after"))
    expect(selected(framed)).to_have_count(3)
    assert names(framed) == ["after", "begin", "turns"]
    draw_box(framed, twice, aside)
    expect(selected(framed)).to_have_count(2)
    assert names(framed) == ["turns/aside", "turns/twice"]


def selected(editor: Editor) -> Locator:
    return editor.canvas.locator('[data-node][data-selected="true"]')


def names(editor: Editor) -> list[str]:
    found: list[str] = selected(editor).evaluate_all("cards => cards.map((card) => card.dataset.node)")
    return sorted(found)


def draw_box(editor: Editor, first: Node, last: Node) -> None:
    """Draw a box of selection from above and before a node until behind and below another."""
    start, end = first.card.bounding_box(), last.card.bounding_box()
    assert start is not None
    assert end is not None
    mouse = editor.page.mouse
    editor.page.keyboard.press("Escape")
    editor.page.keyboard.down("Shift")
    mouse.move(start["x"] - 6, start["y"] - 6)
    mouse.down()
    mouse.move(end["x"] + end["width"] + 6, end["y"] + end["height"] + 6, steps=6)
    mouse.up()
    editor.page.keyboard.up("Shift")


def test_what_is_inside_is_added_moved_and_removed_there_and_folds_with_the_frame(framed: Editor) -> None:
    keyboard, mouse = framed.page.keyboard, framed.page.mouse
    turns, aside = framed.node("turns"), framed.node("turns/aside")
    width = turns.card.evaluate("card => card.offsetWidth")
    x, y = middle(aside.title)
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 80, y, steps=4)
    mouse.up()
    framed.page.wait_for_function(
        "(width) => document.querySelector('[data-node=turns]').offsetWidth > width + 40", arg=width
    )
    box = aside.card.bounding_box()
    assert box is not None
    canvas = framed.canvas.bounding_box()
    assert canvas is not None
    added = framed.add_node("math.add", at=(box["x"] - canvas["x"] - 8, box["y"] - canvas["y"] + 6))
    assert added.name == "turns/add"
    keyboard.press("Delete")
    expect(framed.nodes()).to_have_count(5)
    keyboard.press("Control+z")
    expect(added.card).to_be_focused()
    expect(added.card).to_have_attribute("data-selected", "true")
    keyboard.press("Control+Shift+z")
    expect(framed.nodes()).to_have_count(5)

    turns.card.get_by_role("button", name="Fold to a card").click()
    expect(framed.nodes()).to_have_count(3)
    keyboard.press("Control+z")
    expect(framed.nodes()).to_have_count(5)
