"""What nodes give is seen on their cards, heard and moved there, and shown in full in the inspector."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.cli.served import Served, served
from tests.e2e import showing
from tests.e2e.axe import violations
from tests.e2e.editor import Editor, Node

COLOURS = """canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    const found = new Set()
    for (let i = 0; i < data.length; i += 4) if (data[i + 3]) found.add(data.slice(i, i + 3).join())
    return [canvas.width > 0, found.size]
}"""
"""Whether a canvas has been laid out, and how many colours it shows."""


@pytest.fixture(scope="module")
def server(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that knows the pack of values of every kind."""
    installed = tmp_path_factory.mktemp("pack")
    showing.install(installed)
    (workspace / "every.json").write_text(json.dumps(showing.graph()), encoding="utf-8")
    path = os.pathsep.join([str(installed), *filter(None, [os.environ.get("PYTHONPATH")]), os.getcwd()])
    home = str(tmp_path_factory.mktemp("home"))
    with served("--workspace", str(workspace), PYTHONPATH=path, KNOTWORK_HOME=home) as server:
        yield server


@pytest.fixture
def shown(editor: Editor) -> Editor:
    """The editor with every kind of value computed, near enough for cards."""
    editor.open_file("every.json")
    editor.close_panels()
    editor.show_everything()
    heights = {name: height(editor.node(name)) for name in editor.names()}
    editor.run()
    editor.wait_done()
    editor.page.wait_for_load_state("networkidle")
    assert {name: height(editor.node(name)) for name in editor.names()} == heights
    return editor


def height(node: Node) -> float:
    """Pixels of a card: a result must not change them."""
    box = node.card.bounding_box()
    assert box is not None
    return box["height"]


def playing(media: Locator) -> None:
    """Wait until a sound or video has gone on from its start."""
    expect(media).not_to_have_js_property("currentTime", 0)
    assert media.evaluate("element => element.error") is None


def inspected(editor: Editor, name: str) -> Locator:
    """What the inspector shows of a node's first output."""
    editor.node(name).title.click()
    if not (panel := editor.page.get_by_role("complementary", name="Inspector")).count():
        editor.page.get_by_role("button", name="Inspector", exact=True).click()
    expect(panel.locator(".value-view")).to_be_visible()
    return panel.locator(".value-view")


def test_every_kind_of_value_is_shown_on_its_card(shown: Editor) -> None:
    cards = {name: shown.node(name).card for name in shown.names()}
    wave = cards["chord"].get_by_role("img", name="chord, sound of 0:02")
    # One line for each of 256 parts; the chord begins loud, and ends soft
    expect(wave.locator("path")).to_have_attribute("d", re.compile("^M0.5 -0.[4-9].*M255.5 -0.[01]"))
    expect(cards["drift"]).to_contain_text("24 frames · 12 fps · 0:02")
    for name in ("drift", "torus", "picture"):
        shown.node(name).expect_picture()
    expect(cards["decay"].get_by_role("img", name="decay: 200 numbers from -0.69")).to_be_visible()
    expect(cards["story"].locator(".card-text")).to_contain_text("In the morning of day 1")
    expect(cards["names"].locator(".card-short")).to_contain_text("10 items")
    expect(cards["table"].get_by_role("columnheader")).to_have_text(["loss", "note", "step"])
    expect(cards["sum"].locator("dd")).to_have_text("3.25")
    expect(cards["more"].locator("dd")).to_have_text("No")
    expect(cards["size"].locator("dd")).to_have_text(["64", "48", "1", "3"])
    assert violations(shown.page) == []


def test_sounds_are_played_videos_move_and_meshes_turn_on_cards(shown: Editor) -> None:
    chord, drift, torus = (shown.node(name).card for name in ("chord", "drift", "torus"))
    # By keyboard
    chord.get_by_role("button", name="Play").focus()
    shown.page.keyboard.press("Space")
    playing(chord.locator("audio"))
    chord.get_by_role("button", name="Pause").click()
    expect(chord.get_by_role("button", name="Play")).to_be_visible()

    drift.get_by_role("button", name="Play").click()
    playing(drift.locator("video"))
    drift.get_by_role("button", name="Back to the picture").click()
    expect(drift.locator("video")).to_have_count(0)

    torus.get_by_role("button", name="Turn it").click()
    turns(torus.locator("canvas"))


def turns(canvas: Locator) -> None:
    """A mesh is drawn in many colours, and looks different after it was turned."""
    expect(canvas).to_be_visible()
    laid_out, colours = canvas.evaluate(COLOURS)
    assert laid_out
    assert colours > 100
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    canvas.press("ArrowLeft")
    canvas.page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas.element_handle(), before]
    )


def test_the_inspector_shows_each_in_full(shown: Editor) -> None:
    sound = inspected(shown, "chord")
    expect(sound.get_by_role("slider")).to_have_attribute("aria-valuetext", "0:00 / 0:02")
    sound.get_by_role("button", name="Play").click()
    playing(sound.locator("audio"))
    sound.get_by_role("button", name="Pause").click()

    video = inspected(shown, "drift").locator("video")
    expect(video).to_have_js_property("videoWidth", 160)
    assert video.evaluate("video => video.duration") == pytest.approx(2, abs=0.01)

    mesh = inspected(shown, "torus")
    expect(mesh).to_contain_text("1,152 vertices, 2,304 faces")
    turns(mesh.locator("canvas"))

    expect(inspected(shown, "decay").get_by_role("img")).to_have_accessible_name(re.compile("200 points"))
    table = inspected(shown, "table")
    expect(table.get_by_role("row")).to_have_count(9)
    expect(table).to_contain_text("and 12 more")


def test_an_edit_leaves_what_was_before_paler(shown: Editor) -> None:
    total = shown.node("sum")
    total.type("b", "5.25")
    expect(total.card.locator(".card-short")).to_have_attribute("data-former", "true")
    expect(total.card.locator("dd")).to_have_text("3.25")
    expect(total.card.locator(".card-short")).to_have_accessible_name("What sum gave before the edit")
    assert violations(shown.page) == []
