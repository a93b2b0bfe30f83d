"""A sweep over what is typed into a node: a grid of pictures, and a graph that stays as it is."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.editor import RUN_PATIENCE, Editor


def test_a_param_is_swept_and_the_graph_is_not_edited(editor: Editor) -> None:
    editor.new_graph()
    noise = editor.add_node("image.noise")
    noise.type("width", "32")
    undo = editor.page.get_by_role("button", name=re.compile("^Undo"))
    before = undo.get_attribute("aria-label")

    editor.page.get_by_role("button", name=re.compile("^Sweep")).first.click()
    panel = editor.page.get_by_role("form", name="Fields to sweep")
    panel.get_by_role("combobox", name="Add a field…").select_option(f"{noise.name}.width")
    panel.get_by_role("button", name=re.compile("^Run 3")).click()

    grid = editor.page.get_by_role("region", name="Results", exact=True)
    expect(grid.locator("td img")).to_have_count(3, timeout=RUN_PATIENCE)
    expect(grid.locator("th[scope=col]")).to_have_text(["16", "32", "48"])
    expect(noise.field("width")).to_have_value("32")
    assert undo.get_attribute("aria-label") == before
