"""Stored results that stand for nodes, whatever changes."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.e2e.editor import Editor, Node


def test_a_node_is_frozen_and_unfrozen_by_a_key(editor: Editor) -> None:
    editor.new_graph()
    node = editor.add_node("math.add")
    node.type("a", "2")
    press_k(editor, node)
    expect(mark(node)).to_have_count(0)  # there is no result yet
    editor.run()
    node.title.click()
    expect(editor.page.get_by_role("button", name="Freeze: use what is stored")).to_be_visible()

    press_k(editor, node)
    expect(mark(node)).to_be_visible()
    node.type("a", "3")
    expect(node.card).to_have_attribute("data-plan", "hit")
    press_k(editor, node)
    expect(mark(node)).to_have_count(0)
    expect(node.card).to_have_attribute("data-plan", "run")
    editor.undo()
    expect(mark(node)).to_be_visible()


def press_k(editor: Editor, node: Node) -> None:
    node.title.click()
    editor.page.keyboard.press("k")


def mark(node: Node) -> Locator:
    """What a card shows of a node that is frozen."""
    return node.card.get_by_label("Frozen", exact=True)
