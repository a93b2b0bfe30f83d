"""What somebody sees who opens a shipped graph where nothing was ever run."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.e2e.chromium import PHONE
from tests.e2e.conftest import Opening
from tests.e2e.editor import Editor, Node


def template(editor: Editor, title: str) -> Locator:
    """The card of a template in the gallery of graphs."""
    editor.page.get_by_role("button", name="Graphs", exact=True).click()
    return editor.page.get_by_role("region", name="Templates").get_by_role("button", name=title)


def near(editor: Editor) -> None:
    """Show all of the graph, at a zoom at which there are cards."""
    editor.close_panels()
    editor.show_everything()


def expect_example(node: Node) -> None:
    """Wait until a card shows an example, marked as one, and says that it has to run."""
    expect(node.example).to_be_visible()
    expect(node.example).not_to_have_js_property("naturalWidth", 0)
    expect(node.card.get_by_text("Example", exact=True)).to_be_visible()
    node.expect_status("run", "pending")


def test_the_first_graph_shows_a_picture_without_a_run(opening: Opening) -> None:
    editor = opening()
    near(editor)
    expect_example(editor.node("upscale"))
    expect_example(editor.node("decode"))
    expect(editor.run_button).to_contain_text("to run")


def test_a_graph_of_the_gallery_shows_its_picture_there_on_the_canvas_and_in_the_form(
    opening: Opening,
) -> None:
    editor = opening()
    card = template(editor, "Twelve hues of a picture")
    expect(card.locator("img")).to_have_attribute("src", re.compile("/api/examples/"))
    card.click()
    expect(editor.page.get_by_role("tab")).to_have_count(2)
    near(editor)
    expect_example(editor.node("sheet"))

    editor.show_form()
    figure = editor.page.get_by_role("main").locator("figure")
    expect(figure.get_by_role("img", name="Example of Sheet")).to_be_visible()
    expect(figure.get_by_text("Example", exact=True)).to_be_visible()


def test_an_example_is_from_before_once_an_edit_changes_what_it_shows(opening: Opening) -> None:
    editor = opening()
    near(editor)
    upscale = editor.node("upscale")
    expect_example(upscale)
    editor.node("positive").type("Prompt", "a blue fish")
    expect(upscale.example).to_have_attribute("data-former", "true")
    expect(upscale.card.get_by_text("Example", exact=True)).to_be_hidden()
    editor.undo()
    expect_example(upscale)


def test_the_own_result_replaces_the_example_and_after_a_reload_nothing_is_to_run(opening: Opening) -> None:
    editor = opening()
    template(editor, "Twelve hues of a picture").click()
    near(editor)
    sheet = editor.node("sheet")
    expect_example(sheet)
    editor.run()
    editor.wait_done()
    sheet.expect_picture()
    expect(sheet.example).to_be_hidden()
    expect(sheet.card.get_by_text("Example", exact=True)).to_be_hidden()

    editor.reload()
    expect(editor.run_button).to_contain_text("all cached")
    sheet.expect_status("hit")


def test_on_a_phone_a_template_is_shown_at_once_and_its_form_has_the_example(opening: Opening) -> None:
    editor = opening(PHONE)
    template(editor, "Contact sheet of a folder").click()
    expect(editor.page.get_by_role("searchbox", name="Search graphs")).to_be_hidden()
    editor.show_form()
    example = editor.page.get_by_role("main").get_by_role("img", name="Example of Sheet")
    example.scroll_into_view_if_needed()
    expect(example).to_be_visible()
    expect(example).not_to_have_js_property("naturalWidth", 0)


def test_a_template_of_the_gallery_tells_which_model_it_needs(opening: Opening) -> None:
    card = template(opening(), "Draws what a text says with a Stable Diffusion 1 or 2")
    expect(card).to_contain_text("Needs a model that isn’t here: stable-diffusion-v1-5")
