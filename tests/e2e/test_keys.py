"""The page by keys: its regions, its panels, what a removal leaves, and keys of one's own."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Route, expect

from tests.e2e.editor import Editor, middle
from tests.e2e.keyboard import Keyboard

REGION = "() => document.activeElement.closest('[data-region]')?.dataset.region ?? ''"
INSIDE = """(card) => {
    const inner = card.getBoundingClientRect()
    const outer = card.closest('[data-scope=canvas]').getBoundingClientRect()
    return inner.left >= outer.left && inner.right <= outer.right
        && inner.top >= outer.top && inner.bottom <= outer.bottom
}"""
PLACE = "() => document.querySelector('.react-flow__node[data-id=upscale]').style.transform"
ARRANGED = f"""([count, place]) => {{
    const cards = [...document.querySelectorAll('[data-node]')]
    const rests = !document.querySelector('[data-moving]')
    return rests && cards.length === count && cards.every({INSIDE}) && ({PLACE})() !== place
}}"""
"""Whether all of a number of cards are seen, of which one is at another place."""
HEAR = """() => {
    window.said = []
    const regions = [...document.querySelectorAll('[aria-live=polite], [aria-live=assertive]')]
    new MutationObserver((changes) => {
        for (const { target } of changes) {
            const text = target.textContent.trim()
            if (regions.some((region) => region.contains(target)) && text) window.said.push(text)
        }
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
}"""
"""Notes what screen readers are told from now on."""
ZOOM = "() => new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a"


def region(editor: Editor) -> str:
    found: str = editor.page.evaluate(REGION)
    return found


def canvas(editor: Editor) -> Locator:
    return editor.canvas.locator("[data-scope=canvas]")


def test_f6_walks_the_regions_and_escape_leads_back(editor: Editor) -> None:
    keys = Keyboard(editor)
    canvas(editor).focus()
    walked = [region(editor)]
    for _ in range(6):
        keys.press("F6")
        walked.append(region(editor))
    assert walked == ["canvas", "right", "rail-right", "status", "top", "rail-left", "left"]
    keys.press("F6")
    expect(canvas(editor)).to_be_focused()
    keys.press("Shift+F6")
    assert region(editor) == "left"
    keys.press("Escape")
    expect(canvas(editor)).to_be_focused()
    expect(canvas(editor)).to_have_accessible_description(re.compile(r"F6 and Shift\+F6"))


def test_the_first_tab_skips_to_canvas_and_panels(editor: Editor) -> None:
    keys = Keyboard(editor)
    keys.press("Tab", "Tab", "Enter")
    assert region(editor) == "left"
    editor.reload()
    keys.press("Tab", "Enter")
    expect(canvas(editor)).to_be_focused()


def test_a_panel_takes_the_focus_and_gives_it_back(editor: Editor) -> None:
    canvas(editor).focus()
    editor.command("Outline")
    search = editor.page.get_by_role("searchbox", name="Search the graph")
    expect(search).to_be_focused()
    Keyboard(editor).press("Tab", "F6")
    expect(canvas(editor)).to_be_focused()
    editor.command("Outline")
    expect(search).to_be_focused()
    editor.command("Outline")
    expect(search).to_be_hidden()
    expect(canvas(editor)).to_be_focused()


def test_a_removal_leaves_the_keyboard_on_a_neighbour(editor: Editor) -> None:
    keys = Keyboard(editor)
    removed = editor.node("decode")
    editor.page.wait_for_load_state("networkidle")  # some commands come once the graph is shown
    removed.title.click()
    keys.press("Delete")
    expect(removed.card).to_have_count(0)
    expect(editor.node("sampler").card).to_be_focused()
    keys.press("Control+z")
    expect(removed.card).to_be_focused()
    keys.expect_said("Undone. decode is there.")


def test_the_wheel_over_a_field_zooms_unless_the_field_scrolls(editor: Editor) -> None:
    field = editor.node("sampler").field("Steps")
    before = editor.page.evaluate(ZOOM)
    editor.page.mouse.move(*middle(field))
    editor.page.mouse.wheel(0, -200)
    editor.page.wait_for_function(f"(before) => ({ZOOM})() > before", arg=before)


def test_everything_is_shown_as_it_is_arranged(editor: Editor) -> None:
    editor.close_panels()
    editor.show_everything()
    canvas(editor).focus()
    editor.page.wait_for_load_state("networkidle")
    before = [len(editor.names()), editor.page.evaluate(PLACE)]
    Keyboard(editor).press("Shift+L", "f")
    editor.page.wait_for_function(ARRANGED, arg=before)
    editor.undo()


def test_the_main_menu_lists_commands_that_come_while_it_is_open(editor: Editor) -> None:
    held: list[Route] = []
    editor.page.route("**/assets/PanelOverlays*", lambda route: held.append(route))
    editor.reload()
    editor.page.get_by_role("button", name="Main menu").click()
    menu = editor.page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Settings…")).to_be_visible()
    expect(menu.get_by_role("menuitem", name="New graph")).to_have_count(0)
    held[0].continue_()
    expect(menu.get_by_role("menuitem", name="New graph")).to_be_visible()


def test_a_command_takes_another_key(editor: Editor) -> None:
    keys, page = Keyboard(editor), editor.page
    editor.command("Keyboard shortcuts")
    settings = page.get_by_role("dialog", name="Settings")
    settings.get_by_role("searchbox").fill("bypass")
    settings.get_by_role("button", name="Remove B from “Bypass”").click()
    settings.get_by_role("button", name="Add a key for “Bypass”").click()
    keys.press("m")
    page.get_by_role("dialog", name="M already runs “Mute”").get_by_role("button", name="Only this").click()
    expect(settings.get_by_role("button", name="Remove M from “Bypass”")).to_be_visible()
    keys.press("Escape")
    editor.reload()
    editor.page.wait_for_load_state("networkidle")
    node = editor.node("decode")
    node.title.click()
    keys.press("m")
    expect(node.card).to_have_class(re.compile("card--bypass"))
    node.title.click(button="right")
    expect(page.get_by_role("menuitemcheckbox", name="Bypass").locator("kbd")).to_have_text("M")
    expect(page.get_by_role("menuitemcheckbox", name="Mute").locator("kbd")).to_have_count(0)
    keys.press("Escape", "m")
    editor.command("Keyboard shortcuts")
    settings.get_by_role("button", name="Keys of “Bypass” as they came").click()
    expect(settings.get_by_role("button", name="Remove B from “Bypass”")).to_be_visible()
    settings.get_by_role("button", name="Keys of “Mute” as they came").click()
    expect(settings.get_by_role("button", name="Remove M from “Mute”")).to_be_visible()


def test_a_run_is_told_from_its_beginning_to_its_end(editor: Editor) -> None:
    editor.node("noise").type("Seed", "7")
    editor.page.evaluate(HEAR)
    editor.run()
    editor.wait_done()
    editor.page.wait_for_function("() => window.said.some((text) => text.includes('is done after'))")
    said: list[str] = editor.page.evaluate("() => window.said")
    assert [text for text in said if "Text to image" in text] == [
        "“Text to image” is running",
        said[-1],
    ]
