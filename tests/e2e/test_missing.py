"""Graphs that need nodes and models which are not here."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.editor import Editor

LACKING = {
    "knotwork": 1,
    "title": "Lacking",
    "models": {
        "far-diffusion": {
            "digest": "blake3:0123abcd",
            "licence": "CC-BY-4.0",
            "source": "https://far.example",
        }
    },
    "nodes": {
        "after": {"links": {"image": "glow.image"}, "type": "image.blur"},
        "glow": {"params": {"mode": "soft", "strength": 0.5}, "type": "far.glow", "version": 3},
        "load": {"params": {"folder": "far-diffusion"}, "type": "load.diffusers"},
    },
    "packs": {"far": "1.2"},
    "view": {"after": {"at": [600, 0]}, "glow": {"at": [300, 0]}, "load": {"at": [0, 0]}},
}


def test_what_is_missing_is_named_and_kept(editor: Editor, workspace: Path) -> None:
    file = workspace / "lacking.json"
    file.write_text(json.dumps(LACKING, indent=1) + "\n")
    before = file.read_bytes()
    dialog = open_lacking(editor)
    nodes, files = dialog.get_by_role("region", name="Nodes"), dialog.get_by_role("region", name="Files")
    expect(nodes).to_contain_text("far.glow")
    expect(nodes).to_contain_text("It comes from the pack far 1.2.")
    for told in ("far-diffusion", "blake3:0123abcd", "CC-BY-4.0", "https://far.example"):
        expect(files).to_contain_text(told)
    nodes.get_by_role("button", name="Show on the canvas").click()
    expect(dialog).to_be_hidden()

    glow = editor.node("glow")
    expect(glow.card).to_have_attribute("data-selected", "true")
    expect(glow.field("mode")).to_have_value("soft")
    expect(glow.field("strength")).to_have_value("0.5")
    expect(glow.card.get_by_role("note")).to_contain_text("far.glow")
    expect(glow.output("image")).to_be_visible()
    assert file.read_bytes() == before

    editor.node("after").type("sigma", "4")
    editor.until(SIGMA, 4)
    kept = json.loads(file.read_text())
    assert {name: kept[name] for name in ("models", "packs")} == {
        name: LACKING[name] for name in ("models", "packs")
    }
    assert kept["nodes"]["glow"] == LACKING["nodes"]["glow"]


SIGMA = """async (sigma) =>
    (await (await fetch('api/graphs/lacking.json')).json()).nodes.after.params?.sigma === sigma"""
"""Whether the file has been written with a value."""


def open_lacking(editor: Editor) -> Locator:
    """Open the file; the dialog that it brings."""
    editor.command("Open…")
    editor.page.get_by_role("searchbox", name="Search graphs").fill("lacking")
    expect(editor.page.locator(".files__row")).to_have_count(1)
    editor.page.keyboard.press("Enter")
    dialog = editor.page.get_by_role("dialog", name="Something is missing")
    expect(dialog).to_be_visible()
    return dialog
