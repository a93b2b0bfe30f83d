"""Frames, notes and loops on the canvas, by pointer and by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.cli.served import Served
from tests.e2e.editor import Editor, Node, middle
from tests.e2e.placed import placed

BOXES = "[...document.querySelectorAll('[data-node]')].map((card) => card.getBoundingClientRect())"
SAME_LEFT = f"() => new Set({BOXES}.map((box) => Math.round(box.left))).size === 1"
APART = f"() => {BOXES}.every((box, at, all) => at === 0 || box.top > all[at - 1].bottom)"


Two = tuple[Node, Node]


@pytest.fixture
def chain(editor: Editor, server: Served) -> Two:
    """A node that loads a picture, and one that blurs it."""
    load, blur = placed(
        editor,
        server,
        ((60, 120), "load", {"type": "image.load"}),
        ((460, 120), "blur", {"type": "image.blur", "links": {"image": "load.out"}}),
    )
    expect(editor.links()).to_have_count(1)
    return load, blur


def left(element: Locator) -> float:
    """Where something begins, in pixels of the window."""
    box = element.bounding_box()
    assert box is not None
    return box["x"]


def wait_right_of(editor: Editor, name: str, x: float) -> None:
    """Wait until a card has moved beyond a place."""
    editor.page.wait_for_function(
        "([name, x]) => document.querySelector(`[data-node=${name}]`).getBoundingClientRect().x > x",
        arg=[name, x],
    )


def test_a_frame_is_named_and_moves_with_what_is_in_it(editor: Editor, chain: Two) -> None:
    _, blur = chain
    keyboard, mouse = editor.page.keyboard, editor.page.mouse
    keyboard.press("Control+a")
    keyboard.press("Control+g")
    title = editor.page.get_by_role("textbox", name="Title of the group")
    expect(title).to_be_focused()
    title.fill("Softer")
    keyboard.press("Enter")
    frame = editor.page.get_by_role("group", name="Group Softer")
    expect(frame).to_be_focused()

    before, gap = left(blur.card), left(blur.card) - left(frame)
    x, y = middle(frame.get_by_text("Softer"))
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 60, y + 20, steps=4)
    mouse.up()
    wait_right_of(editor, "blur", before + 40)
    assert left(blur.card) - left(frame) == gap

    before = left(blur.card)
    keyboard.press("Alt+ArrowRight")
    wait_right_of(editor, "blur", before + 9)
    assert left(blur.card) - left(frame) == gap


@pytest.mark.usefixtures("chain")
def test_a_note_is_written_where_the_pointer_is(editor: Editor) -> None:
    keyboard = editor.page.keyboard
    editor.canvas.click(position={"x": 200, "y": 560})
    keyboard.press("n")
    note = editor.page.get_by_role("textbox", name="Note")
    expect(note).to_be_focused()
    note.fill("Why so soft?")
    keyboard.press("Control+Enter")
    written = editor.page.get_by_role("group", name="Note: Why so soft?")
    expect(written).to_be_focused()
    keyboard.press("Delete")
    expect(written).to_be_hidden()
    keyboard.press("Control+z")
    expect(written).to_be_visible()


def test_what_is_selected_becomes_a_loop_that_is_entered_by_keys(editor: Editor, chain: Two) -> None:
    _, blur = chain
    keyboard = editor.page.keyboard
    blur.title.click()
    keyboard.press("Control+Alt+g")
    loop = editor.node("loop")
    expect(loop.card).to_be_focused()
    expect(loop.field("count")).to_have_value("10")
    keyboard.press("i")
    expect(editor.node("blur").card).to_be_visible()
    expect(loop.card).to_be_hidden()
    keyboard.press("u")
    expect(loop.card).to_be_focused()


def test_a_subgraph_becomes_a_file_and_part_of_the_graph_again(
    editor: Editor, chain: Two, workspace: Path
) -> None:
    _, blur = chain
    blur.title.click()
    editor.page.keyboard.press("Control+Shift+g")
    subgraph = editor.node("subgraph")
    expect(subgraph.card).to_be_focused()
    editor.command("Save the subgraph as a file")
    editor.page.get_by_role("textbox", name="File name").fill("soft")
    editor.page.keyboard.press("Enter")
    expect(subgraph.card.locator(".card__body")).to_have_count(0)
    assert "image.blur" in (workspace / "soft.json").read_text(encoding="utf-8")

    editor.command("Take the file")
    expect(subgraph.card.locator(".card__body")).to_be_visible()
    expect(editor.links()).to_have_count(1)

    editor.command("Unpack")
    expect(subgraph.card).to_have_count(0)
    expect(editor.node("blur").card).to_be_focused()
    expect(editor.links()).to_have_count(1)


@pytest.mark.usefixtures("chain")
def test_a_copy_between_tabs_keeps_links_and_frames(editor: Editor) -> None:
    keyboard = editor.page.keyboard
    keyboard.press("Control+a")
    keyboard.press("Control+g")
    expect(editor.page.get_by_role("textbox", name="Title of the group")).to_be_focused()
    keyboard.press("Enter")
    expect(editor.page.get_by_role("group", name="Group Group")).to_be_focused()
    keyboard.press("Control+a")
    keyboard.press("Control+c")
    editor.new_graph()
    editor.canvas.click(position={"x": 500, "y": 300})
    keyboard.press("Control+v")
    expect(editor.nodes()).to_have_count(2)
    expect(editor.links()).to_have_count(1)
    expect(editor.page.get_by_role("group", name="Group Group")).to_be_visible()


def test_cards_and_notes_are_made_larger_by_their_corner(editor: Editor, chain: Two) -> None:
    _, blur = chain
    blur.title.click()
    pull_corner(editor, blur.card)
    expect(blur.card.locator(".card__resize")).to_be_visible()
    expect(blur.card).to_have_css("width", "300px")
    editor.page.keyboard.press("Control+z")
    expect(blur.card).to_have_css("width", "240px")

    editor.canvas.click(position={"x": 200, "y": 560})
    editor.page.keyboard.press("n")
    text = editor.page.get_by_role("textbox", name="Note")
    expect(text).to_be_focused()
    text.fill("Why so soft?")
    editor.page.keyboard.press("Control+Enter")
    note = editor.canvas.locator(".note-box")
    expect(note).to_be_focused()
    pull_corner(editor, note)
    expect(note.locator("xpath=..")).to_have_css("width", "300px")


def pull_corner(editor: Editor, element: Locator) -> None:
    """Drag the lower right corner 60 pixels to the right and downwards."""
    box = element.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] - 1, box["y"] + box["height"] - 1
    mouse = editor.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 60, y + 60, steps=4)
    mouse.up()


def test_what_is_selected_is_aligned_and_then_stacked_in_one_step_each(
    editor: Editor, server: Served
) -> None:
    add, places = {"type": "math.add"}, [(60, 60), (420, 140), (760, 220)]
    nodes = placed(editor, server, *((at, f"add_{nth}", add) for nth, at in enumerate(places)))
    cards = [node.card for node in nodes]
    before = [card.bounding_box() for card in cards]
    editor.page.keyboard.press("Control+a")

    editor.command("Align left")
    expect(cards[2]).to_have_attribute("data-selected", "true")
    editor.page.wait_for_function(SAME_LEFT)
    editor.command("Distribute down")
    editor.page.wait_for_function(APART)
    editor.undo()
    editor.undo()
    editor.page.wait_for_function(f"() => !({SAME_LEFT})()")
    assert [card.bounding_box() for card in cards] == before
