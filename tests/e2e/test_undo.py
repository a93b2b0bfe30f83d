"""Undo goes back to the start, whatever was done."""

from __future__ import annotations

import json
import random

import pytest

from tests.cli.served import Served
from tests.e2e.editor import Editor

KEYS = {
    "duplicate": "Control+d",
    "delete": "Delete",
    "bypass": "b",
    "mute": "m",
    "collapse": "c",
    "pin": "p",
    "move": "Alt+ArrowRight",
}
ARROWS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")


def document(server: Served) -> str:
    """The graph of the session that was opened last, as text."""
    session = server.get("/api/sessions").json()[-1]
    return json.dumps(server.get(f"/api/sessions/{session['id']}").json()["document"], sort_keys=True)


def one_edit(editor: Editor, chance: random.Random) -> None:
    """Go to some node and do something to it, by keys."""
    keyboard = editor.page.keyboard
    kinds = [kind for kind in KEYS if kind != "delete" or editor.nodes().count() > 6]
    editor.canvas.locator("[data-scope=canvas]").focus()
    keyboard.press(chance.choice(ARROWS))
    keyboard.press(KEYS[chance.choice(kinds)])


def seq(server: Served) -> int:
    return server.get("/api/sessions").json()[-1]["seq"]


@pytest.mark.parametrize("edits", [50, pytest.param(200, marks=pytest.mark.soak)])
def test_undo_goes_back_through_random_edits(editor: Editor, server: Served, edits: int) -> None:
    start = document(server)
    chance = random.Random(4)
    editor.node("noise").title.click()
    while seq(server) < edits:
        one_edit(editor, chance)
    changed = document(server)
    assert changed != start
    done = seq(server)
    for _ in range(done):
        editor.undo()
    expect_document(editor, server, start)
    for _ in range(done):
        editor.redo()
    expect_document(editor, server, changed)


def expect_document(editor: Editor, server: Served, wanted: str) -> None:
    """Wait until the server has a graph."""
    for _ in range(300):
        if document(server) == wanted:
            return
        editor.page.wait_for_timeout(100)
    assert json.loads(document(server)) == json.loads(wanted)
