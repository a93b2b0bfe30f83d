"""A GAN in training: its curves and pictures as they grow, paused and gone on with, forked at a kept step."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.editor import RUN_PATIENCE, Editor

GRAPH = Path(__file__).parents[2] / "graphs" / "train_digits_gan.json"
COLLECTED = re.compile("^What “train” collected over")
PAUSED = re.compile(r"paused at turn ([\d,]+)")


PLACES = {
    "data": [0, 0],
    "recipe": [0, 240],
    "generator": [320, 0],
    "discriminator": [320, 400],
    "train": [640, 0],
    "samples": [960, 0],
}


@pytest.fixture(scope="module", autouse=True)
def trainings(workspace: Path) -> None:
    """The shipped training with short steps: without end, and of sixty; they share no kept turns."""
    for seed, (name, steps) in enumerate((("endless", 1_000_000), ("short", 60))):
        graph = json.loads(GRAPH.read_text())
        graph |= {"title": name, "outputs": {"samples": "samples.out"}}
        graph["nodes"] = {instance: graph["nodes"][instance] for instance in PLACES}
        graph["nodes"]["train"] |= {"checkpoint": 20, "keep": 9}
        graph["view"] = {instance: {"at": at, "framed": False} for instance, at in PLACES.items()}
        for key, value in {"batch": 8, "every": 5, "seed": seed, "steps": steps, "width": 8}.items():
            graph["inputs"][key]["default"] = value
        (workspace / f"{name}.json").write_text(json.dumps(graph))


def test_curves_and_pictures_grow_and_a_training_is_paused_and_gone_on_with(editor: Editor) -> None:
    page = editor.page
    editor.open_file("endless")
    look(editor)
    editor.run()
    card = editor.node("train").card
    expect(card.get_by_role("img", name=COLLECTED)).to_be_visible(timeout=RUN_PATIENCE)
    expect(card.get_by_role("img", name="What train gave")).not_to_have_js_property("naturalWidth", 0)

    editor.reload()  # whoever comes later gets all that was collected before
    look(editor)
    expect(card.get_by_role("img", name=COLLECTED)).to_be_visible()
    read_out(chart(editor), "Home", "Turn 1", "generator_loss")
    page.get_by_role("list", name="Series that are shown").get_by_role("button").last.click()
    expect(page.get_by_role("img", name=re.compile("^train, 2 series over"))).to_be_visible()

    page.get_by_role("button", name="Pause the run").click()
    first = paused_at(editor)
    editor.node("train").expect_status("paused")
    expect(card).to_contain_text(f"turn {first:,} of")
    editor.reload()
    assert paused_at(editor) == first
    look(editor)
    expect(steps(editor).get_by_role("button", name=f"Step {first:,}", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Resume")).click()
    editor.node("train").expect_status("running")
    page.keyboard.press("Control+Alt+p")  # the palette waits for a quiet network; pictures come all the time
    second = paused_at(editor)
    assert second > first
    page.keyboard.press("Control+Enter")  # the same again
    editor.node("train").expect_status("running")
    page.get_by_role("button", name="Pause the run").click()
    assert paused_at(editor) > second
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "cancelled")


def test_a_training_is_forked_at_a_kept_step_with_another_rate(editor: Editor) -> None:
    page = editor.page
    editor.open_file("short")
    look(editor)
    editor.run()
    editor.wait_done()
    expect(steps(editor).get_by_role("button")).to_have_text(["20", "40", "60"])
    end = read_out(chart(editor), "End", "Turn 60")
    steps(editor).get_by_role("button", name="Step 40", exact=True).click()
    page.get_by_role("button", name="Fork from step 40").click()
    expect(page.get_by_role("tab", selected=True)).to_have_accessible_name(re.compile("from step 40"))
    look(editor)
    editor.node("recipe").type("rate", "0.01")
    editor.run()
    editor.wait_done()
    look(editor)
    expect(steps(editor).get_by_role("button")).to_have_text(["40", "60"])
    assert read_out(chart(editor), "End", "Turn 60") != end
    read_out(chart(editor), "Home", "Turn 1")  # what it goes on from is part of its curves


def look(editor: Editor) -> None:
    """Show the whole graph, as large as there is room, with the training in the inspector."""
    editor.close_panels()
    editor.show_everything()
    editor.node("train").title.get_by_text("train", exact=True).click()  # in its middle is a button
    editor.show_panel("Inspector")


def chart(editor: Editor) -> Locator:
    """The chart in the inspector."""
    return editor.page.get_by_role("img", name=re.compile("^train, . series over"))


def steps(editor: Editor) -> Locator:
    """The kept steps in the inspector."""
    return editor.page.get_by_role("list", name="Kept steps of “train”")


def read_out(chart: Locator, key: str, *told: str) -> str:
    """Go to a place of a chart by a key; what is read out there."""
    chart.press(key)
    reading = chart.locator("xpath=following-sibling::p")
    for part in told:
        expect(reading).to_contain_text(part)
    return reading.inner_text()


def paused_at(editor: Editor) -> int:
    """Wait until the run is paused; the turn after which it is."""
    resume = editor.page.get_by_role("button", name=re.compile("^Resume"))
    expect(resume).to_contain_text(PAUSED)
    found = PAUSED.search(resume.inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))
