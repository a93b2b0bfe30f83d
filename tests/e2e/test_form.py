"""A graph as a plain form, on a phone."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.chromium import PHONE
from tests.e2e.conftest import Opening
from tests.e2e.editor import EXAMPLE
from tests.service.samples import png

GRAPHS = Path(__file__).parents[2] / "graphs"


def test_the_form_fits_a_phone_and_draws_what_is_asked_for(opening: Opening) -> None:
    editor = opening(PHONE)
    editor.show_form()
    prompt = editor.page.get_by_label("Prompt", exact=True)
    prompt.fill("a blue fish")
    prompt.blur()
    editor.run()
    picture = editor.page.get_by_role("main").locator(f"img:not({EXAMPLE})").first
    expect(picture).to_be_visible(timeout=120_000)

    wide = editor.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= PHONE.width


def test_a_new_graph_has_one_button_and_its_equal_the_stored_pictures(
    opening: Opening, workspace: Path
) -> None:
    graph = json.loads((GRAPHS / "hue_wheel.json").read_text(encoding="utf-8"))
    graph["inputs"]["count"]["default"] = 3  # of which there is no example
    for name in ("first", "second"):
        (workspace / f"{name}.json").write_text(json.dumps(graph), encoding="utf-8")
    editor = opening()
    pictures = editor.page.get_by_role("main").locator("figure img")
    button = editor.page.get_by_role("button", name="Run now")
    editor.open_file("first")
    editor.show_form()
    expect(button).to_be_visible()
    expect(pictures).to_have_count(0)
    button.click()
    editor.wait_done()
    expect(pictures.first).to_be_visible()
    expect(button).to_have_count(0)

    editor.open_file("second")
    expect(pictures.first).to_be_visible()
    expect(button).to_have_count(0)


def test_a_phone_sends_a_picture_is_told_what_is_wrong_and_cancels(opening: Opening) -> None:
    editor = opening(PHONE)
    editor.show_form()
    page = editor.page
    page.get_by_role("button", name="Graphs").last.tap()
    page.get_by_role("complementary", name="Graphs").get_by_text("Image to image").tap()
    form = page.get_by_role("form", name="Inputs")
    picture = form.get_by_role("button", name="Picture", exact=True)
    picture.tap()
    page.locator("input[type=file]").set_input_files(
        {"name": "square.png", "mimeType": "image/png", "buffer": png(64, 64)}
    )
    expect(picture).to_contain_text("square.png")

    run = page.get_by_role("main").get_by_role("button", name="Run", exact=True)
    steps = form.get_by_label("Steps", exact=True)
    steps.fill("0")
    run.tap()
    expect(steps).to_be_focused()
    expect(steps).to_be_in_viewport()
    expect(steps).to_have_accessible_description(re.compile("At least 1"))

    steps.fill("1000")
    run.tap()
    outputs = page.get_by_role("region", name="Outputs").get_by_role("figure").first
    expect(outputs).to_be_in_viewport(ratio=0.9)
    cancel = page.get_by_role("main").get_by_role("button", name="Cancel", exact=True)
    expect(page.get_by_role("main").get_by_role("progressbar")).to_be_in_viewport()
    cancel.tap()
    editor.wait_run("cancelled")
    expect(run).to_be_in_viewport()
