"""A graph as a plain form, on a phone."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.chromium import PHONE
from tests.e2e.conftest import Opening
from tests.e2e.editor import EXAMPLE

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
