"""Back through the runs of a graph."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.editor import Editor, middle


def test_runs_are_scrubbed_compared_restored_and_branched_from(editor: Editor) -> None:
    editor.node("sampler").type("Steps", "2")
    prompt = editor.node("positive").field("Prompt")
    for text in ("a red apple", "a blue fish", "a green tree"):
        editor.node("positive").type("Prompt", text)
        editor.run()
        editor.wait_done()
    timeline = editor.show_panel("Timeline")
    slider = timeline.get_by_role("slider", name="Timeline")
    expect(timeline.get_by_text("3 of 3")).to_be_visible()
    expect(timeline.get_by_text("The graph is the same now as in this run.")).to_be_visible()

    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Run 1 of 3"))
    expect(timeline.get_by_role("row", name="Prompt")).to_have_text("Prompta green treea red apple")
    timeline.get_by_role("button", name=re.compile("^How the picture differs")).click()
    pictures = timeline.get_by_role("group", name=re.compile("^How the picture differs"))
    expect(pictures.get_by_text(re.compile("of the pixels differ"))).to_be_visible()

    editor.page.mouse.click(*middle(slider))
    expect(timeline.get_by_text("2 of 3")).to_be_visible()
    timeline.get_by_role("button", name="Restore", exact=True).click()
    expect(prompt).to_have_value("a blue fish")
    expect(editor.run_button).to_contain_text("all cached")

    slider.press("Home")
    timeline.get_by_role("button", name="Branch").click()
    expect(editor.page.get_by_role("tab")).to_have_count(2)
    expect(prompt).to_have_value("a red apple")
    expect(editor.canvas.locator("[data-scope=canvas]")).to_be_focused()
    editor.page.get_by_role("tab").first.click()
    expect(prompt).to_have_value("a blue fish")
