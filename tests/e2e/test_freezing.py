"""Stored results that stand for nodes, whatever changes."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.cli.served import Served
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


def test_a_node_is_run_to_run_anew_and_forgotten(editor: Editor, server: Served) -> None:
    editor.new_graph()
    first = editor.add_node("math.add", (200, 200))
    last = editor.add_node("math.multiply", (600, 300))
    editor.link(first.output(), last.input("a"))
    first.type("a", "7")
    expect(editor.run_button).to_contain_text("2 to run")

    first.title.click()
    editor.page.get_by_role("button", name="Run up to here").click()
    first.expect_status("done")
    expect(editor.run_button).to_contain_text("1 to run")
    last.expect_status("run")
    editor.run()
    last.expect_status("done")
    expect(editor.run_button).to_contain_text("all cached")
    first.expect_status("hit")

    last.title.click()
    editor.page.get_by_role("button", name="Run this again, whatever is stored").click()
    last.expect_status("done")
    first.expect_status("hit")
    runs = editor.show_panel("History").get_by_role("article")
    expect(runs).to_have_count(3)
    told = server.get("/api/runs?limit=3").json()
    assert [run["counts"]["executed"] for run in told] == [1, 1, 1]

    last.title.click()
    editor.command("Forget what is stored")
    expect(editor.run_button).to_contain_text("1 to run")
    last.expect_status("run")


def press_k(editor: Editor, node: Node) -> None:
    node.title.click()
    editor.page.keyboard.press("k")


def mark(node: Node) -> Locator:
    """What a card shows of a node that is frozen."""
    return node.card.get_by_label("Frozen", exact=True)
