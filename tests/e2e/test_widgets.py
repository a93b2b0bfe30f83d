"""Each kind of widget: what is set with it is there after a reload, and undone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.cli.served import Served
from tests.e2e.editor import Editor, Node, middle

GRAPHS = Path(__file__).parents[2] / "graphs"
MODEL = "realesr-animevideov3-x4.safetensors"
Use = Callable[[Editor, Locator], None]


@pytest.fixture(scope="module", autouse=True)
def pictures(workspace: Path) -> None:
    """A picture file to choose."""
    shutil.copyfile(next((GRAPHS / "pictures").glob("*.png")), workspace / "seaside.png")


@dataclass(frozen=True)
class Case:
    """One kind of widget.

    Attributes:
        node: Type of a node that has it.
        port: The input.
        use: Sets a value, given the widget.
        value: What is the param then.
        shows: What the widget shows then.
    """

    node: str
    port: str
    use: Use
    value: object
    shows: str


def number(editor: Editor, widget: Locator) -> None:
    """Drag, then reckon."""
    field = widget.get_by_role("spinbutton")
    before = field.input_value()
    x, y = middle(field)
    mouse = editor.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 100, y, steps=5)
    mouse.up()
    expect(field).not_to_have_value(before)
    field.fill("15/2")
    field.press("Enter")


def text(editor: Editor, widget: Locator) -> None:
    """Several lines; Escape keeps them."""
    widget.get_by_role("textbox").click()
    editor.page.keyboard.type("a red apple")
    editor.page.keyboard.press("Enter")
    editor.page.keyboard.type("on a table")
    editor.page.keyboard.press("Escape")


def choice(editor: Editor, widget: Locator) -> None:
    """By the first letters."""
    widget.get_by_role("combobox").click()
    editor.page.get_by_role("listbox").press("s")
    editor.page.keyboard.press("Enter")


def switch(editor: Editor, widget: Locator) -> None:
    """By Space."""
    widget.get_by_role("switch").press("Space")


def seed(editor: Editor, widget: Locator) -> None:
    """Drawn at random, then typed."""
    field = widget.get_by_role("spinbutton")
    widget.get_by_role("button", name="draw a seed").click()
    expect(field).not_to_have_value("0")
    field.fill("42")
    field.press("Enter")


def colour(editor: Editor, widget: Locator) -> None:
    """By the system's picker."""
    widget.locator("input[type=color]").fill("#336699")
    widget.locator("input[type=color]").dispatch_event("change")


def file(editor: Editor, widget: Locator) -> None:
    """Found in the workspace by its name."""
    widget.locator("button.file-picker").click()
    chooser = editor.page.locator(".file-chooser")
    chooser.get_by_role("searchbox").fill("seaside")
    chooser.get_by_role("button", name="seaside.png").click()


def model(editor: Editor, widget: Locator) -> None:
    """Found by its name among those of other kinds, with a picture of what it makes."""
    widget.locator("button").first.click()
    editor.page.get_by_role("dialog").get_by_role("checkbox").check()
    picture = editor.page.get_by_role("option", name="realesr").locator("img")
    expect(picture).to_have_js_property("naturalWidth", 96)
    editor.page.get_by_role("dialog").get_by_role("combobox", name="Search models").fill("realesr")
    editor.page.keyboard.press("Enter")


def items(editor: Editor, widget: Locator) -> None:
    """Two of them, the second moved up."""
    widget.locator("button.choice").click()
    for number, word in enumerate(("after", "before"), start=1):
        editor.page.get_by_role("button", name="Add item").click()
        expect(editor.page.get_by_role("textbox", name=f"item {number}")).to_be_focused()
        editor.page.keyboard.type(word)
        editor.page.keyboard.press("Tab")
    editor.page.get_by_role("textbox").last.press("Alt+ArrowUp")
    editor.page.keyboard.press("Escape")


def curve(editor: Editor, widget: Locator) -> None:
    """The first point is moved up by keys, and a new one stands between the two."""
    widget.locator("button.choice").click()
    point = editor.page.get_by_role("slider").first
    point.press("Shift+ArrowUp")
    point.press("Insert")
    expect(editor.page.get_by_role("slider")).to_have_count(3)
    editor.page.keyboard.press("Escape")


CASES = {
    "number": Case("image.blur", "sigma", number, 7.5, "7.5"),
    "text": Case("text.constant", "text", text, "a red apple\non a table", "a red apple\non a table"),
    "choice": Case("image.blend", "mode", choice, "screen", "screen"),
    "switch": Case("image.rotate", "expand", switch, False, ""),
    "seed": Case("image.noise", "seed", seed, 42, "42"),
    "colour": Case("image.solid", "colour", colour, "#336699", "#336699"),
    "file": Case("image.load", "file", file, "seaside.png", "seaside.png"),
    "model": Case("load.single_file", "file", model, MODEL, MODEL),
    "list": Case("image.grid", "labels", items, ["before", "after"], "2 items"),
    "curve": Case("image.curve", "points", curve, [[0, 0.1], [0.5, 0.55], [1, 1]], "3 points"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_set_is_there_after_a_reload_and_is_undone(
    editor: Editor, server: Served, case: Case
) -> None:
    editor.new_graph()
    editor.close_panels()
    node = editor.add_node(case.node, at=(200, 100))
    session = server.get("/api/sessions").json()[-1]["id"]
    param = Param(editor, session, node.name, case.port)
    assert param.value is None

    case.use(editor, widget_of(node, case.port))
    param.wait_until(f"it === {json.dumps(plain(case.value))}")
    editor.reload()
    expect_shown(widget_of(node, case.port), case.shows)
    while (value := param.value) is not None:
        editor.undo()
        param.wait_until(f"it !== {json.dumps(plain(value))}")
    expect(node.card).to_be_visible()


def widget_of(node: Node, port: str) -> Locator:
    """The widget of an input, once it can be used."""
    widget = node.card.locator(f'.widget[data-name="{port}"]')
    expect(widget).to_be_visible()
    return widget


def expect_shown(widget: Locator, shows: str) -> None:
    """Wait until a widget shows a text: in its field if it has one; a switch has none, and is off."""
    field = widget.locator("input:not([type=color]), textarea")
    if not shows:
        expect(widget.get_by_role("switch")).not_to_be_checked()
    elif field.count():
        expect(field).to_have_value(shows)
    else:
        expect(widget).to_contain_text(shows)


def plain(value: object) -> str:
    """JSON as the browser writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class Param:
    """A param as the server knows it.

    Attributes:
        editor: Where it is asked for.
        session: Id of the open graph.
        instance: Name of the node.
        port: Its input.
    """

    editor: Editor
    session: str
    instance: str
    port: str

    @property
    def value(self) -> object:
        """Its value now; None while it has none."""
        told = self.editor.page.evaluate(TOLD, self._where)
        return json.loads(told) if told else None

    def wait_until(self, condition: str) -> None:
        """Wait for something to be true of its JSON, `it`."""
        ask = f"async (where) => {{ const it = await ({TOLD})(where); return {condition} }}"
        self.editor.until(ask, self._where)

    @property
    def _where(self) -> list[str]:
        return [self.session, self.instance, self.port]


TOLD = """async ([session, instance, port]) => {
    const { document } = await (await fetch(`api/sessions/${session}`)).json()
    return JSON.stringify(document.nodes[instance].params?.[port]) ?? ''
}"""
"""Gives a param as JSON; empty while there is none."""
