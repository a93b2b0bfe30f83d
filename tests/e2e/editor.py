"""The editor in the words of those who use it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, JSHandle, Locator, Page, expect

from tests.e2e.chromium import LIGHT, PATIENCE, Look, profile
from tests.e2e.complaints import Complaints

RUN_PATIENCE = 120_000
"""Milliseconds that the built-in model may take to draw a picture on a busy machine."""
STILL = """() => {
    const { transform } = getComputedStyle(document.querySelector('.react-flow__viewport'))
    const still = transform === window.seen
    window.seen = transform
    return still
}"""
"""Whether the canvas has not moved since it was asked last."""
EXAMPLE = '[src*="/api/examples/"]'
HOLD = """([name, type, base64]) => {
    const transfer = new DataTransfer()
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
    transfer.items.add(new File([bytes], name, { type }))
    return transfer
}"""
"""What a pointer or the clipboard holds that carries a file."""
PASTE = """(canvas, clipboardData) => canvas.dispatchEvent(
    new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
)"""
UNTIL = """async (arg) => {{
    const ask = {ask}
    const end = performance.now() + {patience}
    while (!(await ask(arg))) {{
        if (performance.now() > end) throw new Error(`it is not so: ${{ask}} of ${{JSON.stringify(arg)}}`)
        await new Promise(requestAnimationFrame)
    }}
}}"""
"""Asks again and again, once a frame."""
UNSAVED = re.compile(", (Not saved|Saving…)$")
Point = tuple[float, float]
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Node:
    """A node on the canvas.

    Attributes:
        editor: Where it is.
        name: Name of the instance.
        card: What is drawn.
    """

    editor: Editor
    name: str
    card: Locator

    def output(self, port: str = "out") -> Locator:
        """The handle of an output."""
        return self.card.locator(f'[data-port="{port}"][data-side="out"] .port')

    def input(self, port: str) -> Locator:
        """The handle of an input."""
        return self.card.locator(f'[data-port="{port}"][data-side="in"] .port')

    def field(self, label: str) -> Locator:
        """The widget of an input, by its label."""
        return self.card.get_by_label(label, exact=True)

    @property
    def title(self) -> Locator:
        """Where it is grasped."""
        return self.card.locator("header")

    @property
    def picture(self) -> Locator:
        """The picture of what it gave, no example."""
        return self.card.locator(f"img:not({EXAMPLE})")

    @property
    def example(self) -> Locator:
        """The picture that came with the graph."""
        return self.card.locator(f"img{EXAMPLE}")

    def expect_picture(self) -> None:
        """Wait until the picture is there, and is one."""
        expect(self.picture).to_be_visible()
        expect(self.picture).not_to_have_js_property("naturalWidth", 0)

    def type(self, label: str, text: str) -> None:
        """Write into one of its fields."""
        self.field(label).fill(text)
        self.field(label).press("Tab")

    def expect_status(self, *statuses: str, timeout: float = RUN_PATIENCE) -> None:
        """Wait until it is in one of these states."""
        expect(self.card).to_have_attribute(
            "data-status", re.compile(f"^({'|'.join(statuses)})$"), timeout=timeout
        )


class Editor:
    """A page with the editor.

    Args:
        page: The page.
        complaints: What it complained of so far.

    Attributes:
        page: The page.
        complaints: What it complained of so far.
    """

    def __init__(self, page: Page, complaints: Complaints) -> None:
        self.page = page
        self.complaints = complaints

    @property
    def app(self) -> Locator:
        """The root of the editor."""
        return self.page.get_by_test_id("app")

    @property
    def canvas(self) -> Locator:
        """Where the nodes are."""
        return self.page.get_by_test_id("canvas")

    @property
    def run_button(self) -> Locator:
        """Starts a run."""
        return self.page.get_by_test_id("run-state").get_by_role("button").first

    @property
    def outline(self) -> Locator:
        """The tree of all nodes, which screen readers read."""
        return self.page.get_by_role("tree", name="Outline")

    def goto(self, address: str) -> None:
        """Load the page at an address, and wait until it can be used."""
        self.page.goto(address)
        self.wait_ready()

    def reload(self) -> None:
        """Load the page again."""
        self.page.reload()
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until the nodes that there are, and the graph, have come."""
        expect(self.app).to_have_attribute("data-ready", "true")

    def node(self, name: str) -> Node:
        """A node by the name of its instance."""
        return Node(self, name, self.canvas.locator(f'[data-node="{name}"]'))

    def nodes(self) -> Locator:
        """All nodes that are drawn."""
        return self.canvas.locator("[data-node]")

    def names(self) -> list[str]:
        """Names of all nodes that are drawn."""
        found: list[str] = self.nodes().evaluate_all("cards => cards.map((card) => card.dataset.node)")
        return sorted(found)

    def command(self, words: str) -> None:
        """Find a command in the palette by some of its words, and run the first that is found."""
        self.page.wait_for_load_state("networkidle")  # some commands come once the graph is shown
        self.page.keyboard.press("Control+k")
        palette = self.page.get_by_role("dialog", name="Commands")
        palette.get_by_role("combobox").fill(words)
        expect(palette.get_by_role("option").first).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(palette).to_be_hidden()

    def add_node(self, what: str, at: Point | None = None) -> Node:
        """Double-click on the canvas, look for a node, and take what is found first.

        Args:
            what: Type of the node, such as image.blur, or file of the graph.
            at: Where in the canvas, from its upper left corner; its middle when not given.
        """
        before = self.names()
        box = self.canvas.bounding_box()
        assert box is not None
        x, y = at or (box["width"] / 2, box["height"] / 2)
        self.canvas.dblclick(position={"x": x, "y": y})
        self.find_node(what)
        self.add_menu.get_by_role("option", selected=True).click()
        return self.added(before)

    def find_node(self, what: str) -> None:
        """Type into the search for a node until one is found first."""
        self.add_menu.get_by_role("combobox").fill(what)
        expect(self.add_menu.locator("code").first).to_have_text(what)

    def added(self, before: list[str]) -> Node:
        """The node that there is in addition to others."""
        expect(self.add_menu).to_be_hidden()
        expect(self.nodes()).to_have_count(len(before) + 1)
        [name] = set(self.names()) - set(before)
        return self.node(name)

    @property
    def add_menu(self) -> Locator:
        """The search for a node to add."""
        return self.page.get_by_role("dialog", name="Add node")

    def new_graph(self) -> None:
        """Begin an empty graph in a tab of its own."""
        tabs = self.page.get_by_role("tab").count()
        self.command("New graph")
        expect(self.page.get_by_role("tab")).to_have_count(tabs + 1)
        expect(self.nodes()).to_have_count(0)

    def show_panel(self, title: str) -> Locator:
        """Show a panel by its button, if it is not shown already."""
        button = self.page.get_by_role("button", name=re.compile(f"^{title}")).and_(
            self.page.locator(".rail__button")
        )
        if button.get_attribute("aria-pressed") != "true":
            button.click()
        return self.page.get_by_role("complementary", name=title)

    def choose(self, opener: Locator, entry: str) -> None:
        """Choose an entry of the menu that a button opens."""
        opener.click()
        self.page.get_by_role("menuitem", name=entry, exact=True).click()

    def close_panels(self) -> None:
        """Leave the whole width to the canvas."""
        close = self.page.get_by_role("button", name="Close panel")
        while count := close.count():
            close.first.click()
            expect(close).to_have_count(count - 1)

    def show_everything(self) -> None:
        """Press the button that makes the whole graph visible."""
        self.page.evaluate("() => void (window.seen = '')")
        self.page.get_by_role("button", name="Show everything").click()
        self.page.wait_for_function(STILL, polling=300)

    def links(self) -> Locator:
        """The links that are drawn."""
        return self.canvas.locator(".react-flow__edge")

    def link(self, source: Locator, target: Locator) -> None:
        """Link an output with an input."""
        before = self.links().count()
        self.drag(source, target)
        expect(self.links()).to_have_count(before + 1)

    def drag(self, source: Locator, target: Locator) -> None:
        """Drag from one handle to another."""
        start, end = middle(source), middle(target)
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
        mouse.move(*end, steps=4)
        mouse.up()

    def run(self) -> None:
        """Press Run, and wait until there is a run that was not there before."""
        state = self.page.get_by_test_id("run-state")
        before = state.get_attribute("data-run")
        self.run_button.click()
        expect(state).to_have_attribute("data-run", re.compile("."))
        if before:
            expect(state).not_to_have_attribute("data-run", before)

    def show_form(self) -> None:
        """Show the graph's inputs and outputs as a form, by the main menu."""
        expect(self.canvas).to_be_visible()
        self.page.wait_for_load_state("networkidle")  # the menu's commands come once the graph is shown
        self.page.get_by_role("button", name="Main menu").click()
        self.page.get_by_role("menuitem", name=re.compile("form")).click()

    def undo(self) -> None:
        """Press Undo."""
        self.page.get_by_role("button", name=re.compile("^Undo")).click()

    def redo(self) -> None:
        """Press Redo."""
        self.page.get_by_role("button", name=re.compile("^Redo")).click()

    def save_as(self, name: str) -> str:
        """Write the graph into a file of the workspace; the file's name."""
        self.command("Save as")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill(name)
        self.page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        self.wait_saved()
        return f"{name}.json"

    def wait_saved(self) -> None:
        """Wait until the file of the graph is as the graph is."""
        expect(self.page.get_by_role("tab", selected=True)).not_to_have_text(UNSAVED)

    def until(self, ask: str, arg: object) -> None:
        """Wait until an asynchronous function of the page gives something true.

        Playwright's own waiting takes the promise of an answer for the answer.
        """
        self.page.evaluate(UNTIL.format(ask=ask, patience=PATIENCE), arg)

    def open_file(self, name: str) -> None:
        """Open a file of the workspace in a tab of its own."""
        tabs = self.page.get_by_role("tab").count()
        self.command("Open…")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("searchbox").fill(name)
        dialog.get_by_role("button").filter(has_text=name).first.click()
        expect(dialog).to_be_hidden()
        expect(self.page.get_by_role("tab")).to_have_count(tabs + 1)

    def drop(self, name: str, media: str, content: bytes, onto: Locator | None = None) -> None:
        """Drop a file onto the middle of something, of the canvas by default."""
        transfer = self._holding(name, media, content)
        x, y = middle(onto or self.canvas)
        target = onto or self.canvas.locator("[data-scope=canvas]")
        target.dispatch_event("drop", {"dataTransfer": transfer, "clientX": x, "clientY": y})

    def paste(self, name: str, media: str, content: bytes) -> None:
        """Paste a file that was copied elsewhere."""
        self.page.wait_for_load_state("networkidle")  # what takes it comes once the graph is shown
        canvas = self.canvas.locator("[data-scope=canvas]")
        canvas.focus()
        canvas.evaluate(PASTE, self._holding(name, media, content))

    def _holding(self, name: str, media: str, content: bytes) -> JSHandle:
        return self.page.evaluate_handle(HOLD, [name, media, b64encode(content).decode()])

    def cancel(self) -> None:
        """Press the button that Run has become."""
        self.run_button.click()

    def wait_run(self, *states: str, timeout: float = RUN_PATIENCE) -> None:
        """Wait until the last run is in one of these states."""
        pattern = re.compile(f"^({'|'.join(states)})$")
        expect(self.page.get_by_test_id("run-state")).to_have_attribute(
            "data-state", pattern, timeout=timeout
        )

    def wait_done(self) -> None:
        """Wait until the last run has ended well."""
        self.wait_run("done")


def middle(element: Locator) -> Point:
    """The middle of an element, in pixels of the window."""
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box is not None, f"not on the screen: {element}"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def within(context: BrowserContext, address: str) -> Editor:
    """The editor in a profile that is open already."""
    complaints = Complaints(context, urlsplit(address).netloc)
    editor = Editor(context.new_page(), complaints)
    editor.goto(address)
    return editor


@contextmanager
def opened(browser: Browser, address: str, look: Look = LIGHT) -> Iterator[Editor]:
    """The editor as somebody finds it who was never there."""
    with profile(browser, look) as context:
        yield within(context, address)
