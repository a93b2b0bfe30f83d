"""The editor in the words of those who use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.chromium import LIGHT, PATIENCE, Look, profile
from tests.e2e.complaints import Complaints

RUN_PATIENCE = 120_000
"""Milliseconds that the built-in model may take to draw a picture on a busy machine."""
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
        return self.card.locator(f'[data-port="{port}"][data-side="out"]')

    def input(self, port: str) -> Locator:
        """The handle of an input."""
        return self.card.locator(f'[data-port="{port}"][data-side="in"]')

    def field(self, label: str) -> Locator:
        """The widget of an input, by its label."""
        return self.card.get_by_label(label, exact=True)

    def select(self) -> None:
        """Click on its title."""
        self.card.locator("[data-part=title]").click()

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
        return self.page.get_by_role("button", name=re.compile(r"^Run\b"))

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
        self.page.keyboard.press("Control+k")
        palette = self.page.get_by_role("dialog").filter(has=self.page.get_by_role("combobox"))
        palette.get_by_role("combobox").fill(words)
        expect(palette.get_by_role("option").first).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(palette).to_be_hidden()

    def add_node(self, node_type: str, at: Point | None = None) -> Node:
        """Double-click on the canvas, look for a type, and take it.

        Args:
            node_type: Such as image.blur.
            at: Where in the canvas, from its upper left corner; its middle when not given.
        """
        before = set(self.names())
        box = self.canvas.bounding_box()
        assert box is not None
        x, y = at or (box["width"] / 2, box["height"] / 2)
        self.canvas.dblclick(position={"x": x, "y": y})
        menu = self.add_menu
        menu.get_by_role("combobox").fill(node_type)
        menu.get_by_role("option", name=re.compile(re.escape(node_type))).first.click()
        expect(menu).to_be_hidden()
        expect(self.nodes()).to_have_count(len(before) + 1)
        [name] = set(self.names()) - before
        return self.node(name)

    @property
    def add_menu(self) -> Locator:
        """The search for a node to add."""
        return self.page.get_by_role("dialog", name="Add node")

    def link(self, source: Locator, target: Locator) -> None:
        """Drag from one handle to another."""
        start, end = middle(source), middle(target)
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
        mouse.move(*end, steps=4)
        mouse.up()

    def run(self) -> None:
        """Press Run, and wait until the server has begun."""
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
