"""A mask that was painted in the editor is opened again with what is painted."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.editor import Editor, Node, middle

PAINTED = """(canvas) => {
    const own = new OffscreenCanvas(canvas.width, canvas.height)
    const copy = own.getContext('2d', { willReadFrequently: true })
    copy.drawImage(canvas, 0, 0)
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height)
    return data.filter((_, place) => place % 4 === 3 && data[place] > 127).length
}"""
"""How many pixels of the painter's canvas are opaque."""


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (200, 100), "#3a7").save(file, "png")
    return file.getvalue()


def paint(editor: Editor, node: Node, dx: float) -> tuple[int, int]:
    """Open the painter by a card's menu and paint a dot; how much was painted before and after."""
    page = editor.page
    node.title.click(button="right")
    page.get_by_role("menuitem", name="Paint a mask").click()
    plane = page.get_by_role("alertdialog").get_by_role("application")
    expect(plane).to_be_visible()
    canvas = plane.locator("canvas")
    before = canvas.evaluate(PAINTED)
    x, y = middle(plane)
    page.mouse.move(x + dx, y)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function(
        f"([canvas, before]) => ({PAINTED})(canvas) > before", arg=[canvas.element_handle(), before]
    )
    after = canvas.evaluate(PAINTED)
    page.get_by_role("button", name="Use mask").click()
    expect(plane).to_be_hidden()
    return before, after


def test_a_painted_mask_is_painted_on(editor: Editor) -> None:
    editor.new_graph()
    with editor.complaints.expecting(r"/api/sessions\?upload=.* 4\d\d", r"Failed to load resource.*upload="):
        editor.drop("cat.png", "image/png", picture())
        expect(editor.nodes()).to_have_count(1)
    [name] = editor.names()
    _, first = paint(editor, editor.node(name), -150)
    expect(editor.nodes()).to_have_count(3)
    editor.show_everything()
    editor.canvas.click(position={"x": 20, "y": 20})
    before, after = paint(editor, editor.node("mask"), 150)
    assert before == first
    assert after > before
    expect(editor.nodes()).to_have_count(3)
