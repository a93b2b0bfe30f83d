"""A graph as a plain form, on a phone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.chromium import PHONE
from tests.e2e.conftest import Opening


def test_the_form_fits_a_phone_and_draws_what_is_asked_for(opening: Opening) -> None:
    editor = opening(PHONE)
    editor.show_form()
    prompt = editor.page.get_by_label("Prompt", exact=True)
    prompt.fill("a blue fish")
    prompt.blur()
    editor.run()
    picture = editor.page.get_by_role("main").locator("img").first
    expect(picture).to_be_visible(timeout=120_000)

    wide = editor.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= PHONE.width
