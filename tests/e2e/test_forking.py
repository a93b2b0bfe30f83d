"""A loop's kept steps as a film strip, and graphs that go on from one of them."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.e2e.editor import Editor

TOLD = "Goes on from step 10 of another run. Its start values are not used."


def test_a_graph_is_forked_at_a_kept_step_by_keys_and_goes_on_with_another_prompt(editor: Editor) -> None:
    page = editor.page
    editor.node("sampler").type("Steps", "20")
    editor.run()
    editor.wait_done()
    look_at_steps(editor, 5, 10, 15, 20)
    frame(editor, 20).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(frame(editor, 10)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Fork from step 10")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("tab", selected=True)).to_have_accessible_name(re.compile("from step 10"))
    expect(page.get_by_text(TOLD)).to_be_visible()
    expect(editor.node("sampler").card.get_by_label("Goes on from step 10")).to_be_visible()
    editor.node("positive").type("Prompt", "a blue fish")
    editor.run()
    editor.wait_done()
    editor.node("decode").expect_picture()
    look_at_steps(editor, 10, 15, 20)


def test_a_fork_is_taken_away_and_the_graph_that_it_came_from_is_as_it_was(editor: Editor) -> None:
    page = editor.page
    editor.run()
    editor.wait_done()
    look_at_steps(editor, 5, 10, 15, 20, 25)
    frame(editor, 10).click()
    page.get_by_role("button", name="Fork from step 10").click()
    expect(page.get_by_text(TOLD)).to_be_visible()
    look_at_steps(editor, 10)
    expect(page.get_by_role("button", name="Keep step 10 for good")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("button", name="Take the fork away").click()
    expect(page.get_by_text(TOLD)).to_be_hidden()
    expect(editor.node("upscale").card).to_have_attribute("data-plan", "hit")
    editor.undo()
    expect(page.get_by_text(TOLD)).to_be_visible()
    expect(editor.node("upscale").card).to_have_attribute("data-plan", "run")

    page.get_by_role("tab").first.click()
    look_at_steps(editor, 5, 10, 15, 20, 25)
    expect(editor.node("sampler").card.get_by_label("Goes on from step 10")).to_have_count(0)
    pinned = strip(editor).get_by_role("button", name="Step 10, kept for good")
    pinned.click()
    page.get_by_role("button", name="Keep step 10 for good").click()
    expect(pinned).to_have_count(0)


def look_at_steps(editor: Editor, *steps: int) -> None:
    """Select the sampler, and wait until its loop has kept these steps."""
    editor.node("sampler").title.click()
    expect(strip(editor).get_by_role("button")).to_have_text([str(step) for step in steps])


def strip(editor: Editor) -> Locator:
    return editor.page.get_by_role("list", name="Kept steps of “turns”")


def frame(editor: Editor, step: int) -> Locator:
    return strip(editor).get_by_role("button", name=f"Step {step}", exact=True)
