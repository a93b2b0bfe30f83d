"""The queue: a batch of runs that wait, put in another order, and cancelled one by one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.editor import Editor

HANDLE = re.compile("^Move ")


class Queue:
    """The panel with what waits."""

    def __init__(self, editor: Editor) -> None:
        self.page = editor.page
        self.entries = (
            self.page.get_by_role("region", name="Waiting").get_by_role("list").first.locator("> li")
        )

    def entry(self, place: int) -> Locator:
        """One that waits, by its place."""
        return self.entries.nth(place)

    def expect_counts(self, *counts: int) -> None:
        """Wait until entries of so many runs wait, in this order."""
        for place, count in enumerate(counts):
            if count > 1:
                expect(self.entry(place)).to_contain_text(f"{count} runs")
            else:
                expect(self.entry(place)).not_to_contain_text("Single runs")
        expect(self.entries).to_have_count(len(counts))


@pytest.fixture
def queue(editor: Editor) -> Queue:
    """A paused queue: four runs with other seeds, then two, then one."""
    editor.command("Queue")
    editor.page.get_by_role("button", name="Pause the queue").click()
    expect(editor.page.get_by_text("The queue is paused").first).to_be_visible()
    for count in (4, 2):
        batch(editor, count)
    editor.command("Run with random seeds")
    return Queue(editor)


def batch(editor: Editor, count: int) -> None:
    """Run several times, by the command that asks how often."""
    editor.command("Run several times")
    asking = editor.page.get_by_role("dialog", name="Run several times")
    asking.get_by_role("textbox").fill(str(count))
    asking.get_by_role("button", name="Run").click()
    expect(asking).to_be_hidden()


def test_the_form_says_that_the_queue_is_paused(editor: Editor, queue: Queue) -> None:
    editor.show_form()
    expect(editor.page.get_by_role("main").get_by_text("The queue is paused")).to_be_visible()
    editor.page.get_by_role("button", name="Cancel all runs").click()
    editor.page.get_by_role("button", name="Go on", exact=True).click()


def test_runs_that_wait_are_put_in_order_by_pointer_and_keys_and_cancelled_one_by_one(
    editor: Editor, queue: Queue
) -> None:
    queue.expect_counts(4, 2, 1)
    queue.entry(2).drag_to(queue.entry(0))
    queue.expect_counts(1, 4, 2)

    handle = queue.entry(2).get_by_role("button", name=HANDLE)
    handle.focus()
    editor.page.keyboard.press("ArrowUp")
    queue.expect_counts(1, 2, 4)
    expect(queue.entry(1).get_by_role("button", name=HANDLE)).to_be_focused()
    editor.page.keyboard.press("Home")
    queue.expect_counts(2, 1, 4)

    queue.entry(2).get_by_text("Single runs").click()
    seeds = queue.entry(2).get_by_role("listitem")
    kept = seeds.nth(0).inner_text()
    seeds.nth(1).get_by_role("button", name=re.compile("^Cancel")).click()
    queue.expect_counts(2, 1, 3)
    assert seeds.nth(0).inner_text() == kept

    queue.entry(0).get_by_role("button", name=re.compile("^Cancel the batch")).click()
    queue.expect_counts(1, 3)
    editor.page.get_by_role("button", name="Go on", exact=True).click()
    expect(editor.page.get_by_role("region", name="Running")).to_be_visible()
    editor.page.get_by_role("button", name="Cancel all runs").click()
    expect(queue.entries).to_have_count(0)
