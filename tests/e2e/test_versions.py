"""Named states of a graph, and what differs between two of them."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.editor import Editor


def test_a_version_is_kept_compared_restored_and_branched_from(editor: Editor) -> None:
    editor.new_graph()
    first = editor.add_node("math.add", (200, 200))
    first.type("a", "2")
    versions = editor.show_panel("Versions")
    versions.get_by_role("button", name="Keep this version").click()
    editor.page.get_by_role("dialog").get_by_role("textbox").fill("plain")
    editor.page.keyboard.press("Enter")
    expect(versions.get_by_text("plain")).to_be_visible()

    first.title.click()
    editor.page.keyboard.press("Delete")
    expect(editor.nodes()).to_have_count(0)
    editor.add_node("math.multiply", (300, 300))
    versions.get_by_role("button", name="Compare “plain”").click()
    differences = editor.show_panel("Differences")
    expect(differences).to_be_focused()
    expect(differences.get_by_role("listitem")).to_have_text(["+multiplyadded", "−addremoved"])
    expect(editor.canvas.locator(".card--added")).to_have_attribute("data-node", "multiply")
    ghost = editor.canvas.locator(".diff-outline--removed")
    expect(ghost).to_have_text("add")
    expect(editor.canvas.get_by_role("status")).to_contain_text("Compared with Version “plain”")
    differences.get_by_role("button", name="Swap").click()
    expect(editor.canvas.locator(".card--removed")).to_have_attribute("data-node", "multiply")
    editor.canvas.get_by_role("button", name="Stop comparing").click()
    expect(ghost).to_have_count(0)
    expect(editor.canvas.locator(".card--removed")).to_have_count(0)

    editor.show_panel("Versions").get_by_role("button", name="Restore “plain”").click()
    expect(editor.node("add").field("a")).to_have_value("2")
    expect(editor.nodes()).to_have_count(1)
    editor.undo()
    expect(editor.node("multiply").card).to_be_visible()
    expect(editor.nodes()).to_have_count(1)
    versions.get_by_role("button", name="Branch from “plain”").click()
    expect(editor.page.get_by_role("tab")).to_have_count(3)
    expect(editor.node("add").field("a")).to_have_value("2")
