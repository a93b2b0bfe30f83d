"""The editor in the hands of somebody who uses no mouse."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.editor import Editor, Node

STOPS = 20
"""Presses of Tab within which a field has to come."""


class Keyboard:
    """Uses the editor by keys alone.

    Args:
        editor: The editor.
    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._page = editor.page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self._page.keyboard.press(key)

    def add(self, what: str) -> Node:
        """Add a node by its type, or a graph by its file."""
        before = self._editor.names()
        self._editor.command("Add node")
        self._editor.find_node(what)
        self.press("Enter")
        return self._editor.added(before)

    def go_to(self, node: Node) -> None:
        """Go to a node of the outline by its name."""
        outline = self._editor.outline
        if not outline.evaluate_all("([tree]) => tree?.contains(document.activeElement) ?? false"):
            self._editor.command("Outline")
            expect(self._page.get_by_role("searchbox", name="Search the graph")).to_be_focused()
            self._tab_to(outline.locator('[tabindex="0"]'), "Tab")
        self.press("Home")
        row = outline.locator(f'[data-path="{node.name}"]')
        for _ in range(outline.get_by_role("treeitem").count()):
            if _has_focus(row):
                break
            self.press("ArrowDown")
        expect(row).to_be_focused()

    def link(self, target: Node, port: str, source: Node, output: str) -> None:
        """Link an input of a node from an output of another one."""
        self.go_to(target)
        self.press("Control+Shift+L")
        dialog = self._page.get_by_role("dialog")
        dialog.get_by_role("combobox").fill(f"{port} {source.name} {output}")
        wanted = dialog.locator(f'[role=option][data-value="{port} {source.name}.{output}"]')
        expect(wanted).to_be_visible()
        for _ in range(dialog.get_by_role("option").count()):
            if wanted.get_attribute("aria-selected") == "true":
                break
            self.press("ArrowDown")
        self.press("Enter")
        expect(dialog).to_be_hidden()
        self.expect_said(f"{source.name}.{output} is linked to {target.name}.{port}")

    def fill(self, node: Node, label: str, text: str) -> None:
        """Go to a node, into its fields, and write into one."""
        self.go_to(node)
        self.press("Enter")
        expect(node.card).to_have_attribute("data-selected", "true")
        expect(node.card).to_be_focused()
        self.press("Enter")
        field = node.field(label)
        self._tab_to(field, "Tab")
        self.press("Control+a")
        self._page.keyboard.type(text)
        self.press("Tab")

    def expect_said(self, text: str) -> None:
        """Wait until screen readers are told something."""
        expect(self._page.locator("[aria-live]").filter(has_text=text)).to_have_count(1)

    def run(self) -> None:
        """Run the graph, from out of the field that has the keyboard."""
        self.press("Escape", "Control+Enter")

    def _tab_to(self, element: Locator, key: str) -> None:
        for _ in range(STOPS):
            if _has_focus(element):
                break
            self.press(key)
        expect(element).to_be_focused()


def _has_focus(element: Locator) -> bool:
    return element.evaluate("(element) => element === document.activeElement")
