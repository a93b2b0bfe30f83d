"""What was run: found again, restored, repeated, compared, deleted; and its pictures."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from playwright.sync_api import Locator, expect

from tests.cli.served import Served
from tests.e2e.editor import Editor


@pytest.fixture
def history(editor: Editor) -> Locator:
    """The history of a graph that drew an apple, then a fish, in two steps each."""
    editor.node("sampler").type("Steps", "2")
    for prompt in ("a red apple", "a blue fish"):
        editor.node("positive").type("Prompt", prompt)
        editor.run()
        editor.wait_done()
    panel = editor.show_panel("History")
    expect(panel.get_by_role("article")).to_have_count(2)
    return panel


def test_a_run_is_restored_and_repeated_to_the_byte(editor: Editor, history: Locator, server: Served) -> None:
    apple = history.get_by_role("article").filter(has_text="a red apple")
    apple.get_by_role("button", name="Restore in this graph").click()
    expect(editor.node("positive").field("Prompt")).to_have_value("a red apple")
    expect(editor.run_button).to_contain_text("all cached")
    editor.undo()
    expect(editor.node("positive").field("Prompt")).to_have_value("a blue fish")

    editor.choose(apple.get_by_role("button", name="More"), "Run again exactly")
    expect(apple).to_have_count(2)
    again, first = server.get("/api/runs?text=red+apple&limit=2").json()
    assert again["artifacts"] == first["artifacts"]
    with editor.page.expect_download() as exporting:
        editor.choose(apple.first.get_by_role("button", name="More"), "Export as ZIP")
    names = ZipFile(BytesIO(exporting.value.path().read_bytes())).namelist()
    assert {"graph.json", "record.json", "outputs/image.png"} <= set(names)
    with editor.page.expect_download() as downloading:
        editor.choose(apple.first.get_by_role("button", name="More"), "Download")
    assert re.fullmatch(r"text-to-image-image-\w+\.png", downloading.value.suggested_filename)


def test_runs_are_found_compared_and_deleted(editor: Editor, history: Locator) -> None:
    runs = history.get_by_role("article")
    search = history.get_by_role("searchbox")
    search.fill("fish")
    expect(runs).to_have_count(1)
    search.press("Escape")
    history.get_by_role("combobox", name="How they ended").select_option("failed")
    expect(history.get_by_text("No run is like that.")).to_be_visible()
    history.get_by_role("combobox", name="How they ended").select_option("")
    history.get_by_role("combobox", name="When").select_option("today")
    expect(runs).to_have_count(2)

    editor.choose(runs.first.get_by_role("button", name="More"), "Compare with another run…")
    expect(history.get_by_role("status")).to_contain_text("a blue fish")
    runs.last.get_by_role("button", name="Compare with this run").click()
    both = editor.page.get_by_role("dialog", name="Compare two runs")
    expect(both.get_by_role("row", name="Prompt")).to_have_text("Prompta blue fisha red apple")
    expect(both.get_by_text("inputs.prompt")).to_have_count(0)
    editor.page.keyboard.press("Escape")

    editor.choose(runs.first.get_by_role("button", name="More"), "Delete")
    expect(runs).to_have_count(1)
    expect(runs).to_be_focused()
    editor.page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(runs).to_have_count(2)


def test_pictures_are_walked_and_laid_over_each_other_by_keys(editor: Editor, history: Locator) -> None:
    expect(history).to_be_visible()
    gallery = editor.show_panel("Gallery")
    gallery.get_by_role("checkbox", name="Only of this graph").check()
    pictures = gallery.get_by_role("list").get_by_role("button")
    expect(pictures).to_have_count(4)
    pictures.first.focus()
    keyboard = editor.page.keyboard
    keyboard.press("Enter")
    viewer = editor.page.get_by_role("dialog")
    expect(viewer.get_by_text("1 of 4")).to_be_visible()
    keyboard.press("End")
    expect(viewer.get_by_text("4 of 4")).to_be_visible()
    expect(viewer).to_have_accessible_name("a red apple")
    viewer.get_by_role("button", name="Compare…").press("Enter")
    expect(gallery.get_by_role("status")).to_contain_text("a red apple")

    pictures.first.press("Enter")
    both = editor.page.get_by_role("dialog", name="Compare two runs")
    handle = both.get_by_role("slider", name="Where one picture ends and the other begins")
    handle.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuenow", "48")
    both.get_by_role("radio", name="Difference").press("Enter")
    expect(both.get_by_text(re.compile(r"of the pixels differ"))).to_be_visible()
    keyboard.press("Escape")
    expect(pictures.first).to_be_focused()
    keyboard.press("Enter")
    viewer.get_by_role("button", name="Open graph").click()
    expect(editor.page.get_by_role("tab")).to_have_count(2)
    expect(editor.node("positive").field("Prompt")).to_have_value("a blue fish")
