"""Pictures and graphs that are dropped in."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.cli.served import Served
from tests.e2e.editor import Editor
from tests.nodes.video.films import write

PICTURES = Path(__file__).parents[2] / "graphs" / "pictures"
FILM = PICTURES.parent / "films" / "rocket.webm"


def moving() -> bytes:
    """A GIF of two frames."""
    file, frames = BytesIO(), [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def test_a_picture_that_carries_its_graph_opens_it(editor: Editor, server: Served) -> None:
    done = server.post("/api/graphs/hue_wheel/run?wait=60", {"count": 2}).json()
    [sheet] = done["outputs"]["sheet"]
    editor.drop("wheel.png", "image/png", server.get(sheet["url"]).content)
    expect(editor.page.get_by_role("tab")).to_have_count(2)
    expect(editor.node("hues").card).to_be_visible()


def test_a_picture_without_a_graph_becomes_a_node_that_loads_it(editor: Editor) -> None:
    expect(editor.node("load").card).to_be_visible()
    before = editor.names()
    editor.drop("frog.png", "image/png", (PICTURES / "frog.png").read_bytes())
    load = editor.added(before)
    assert load.card.get_attribute("aria-label") == "frog.png"
    expect(load.card.get_by_role("img", name="What frog.png loads")).to_be_visible()


def test_a_file_goes_to_the_card_it_is_let_go_on_or_to_the_node_that_loads_such_files(
    editor: Editor, tmp_path: Path
) -> None:
    editor.new_graph()
    frog = (PICTURES / "frog.png").read_bytes()
    editor.drop("frog.png", "image/png", frog)
    load = editor.added([])
    editor.drop("toad.png", "image/png", frog + b" ", onto=load.title)
    expect(load.card).to_have_attribute("aria-label", "toad.png")
    expect(load.card.locator(".file-picker")).to_contain_text("toad.png")

    editor.drop("words.txt", "text/plain", b"one")
    lines = editor.added(["image"])
    expect(lines.card.get_by_role("switch")).to_be_visible()

    before = editor.names()
    editor.drop("rocket.webm", "video/webm", FILM.read_bytes())
    film = editor.added(before)
    expect(film.card).to_have_attribute("aria-label", "rocket.webm")
    expect(film.card.locator(".file-picker")).to_contain_text("rocket.webm")
    editor.drop("other.gif", "image/gif", moving(), onto=film.title)
    expect(film.card).to_have_attribute("aria-label", "other.gif")
    for name in ("clip.mp4", "clip.mov", "clip.mkv", "clip.avi"):
        editor.drop(name, "", write(tmp_path / name).read_bytes(), onto=film.title)
        expect(film.card.locator(".file-picker")).to_contain_text(name)

    before = editor.names()
    editor.drop("clip.mp4", "video/mp4", (tmp_path / "clip.mp4").read_bytes())
    expect(editor.added(before).input("fps")).to_be_attached()  # not the one that reads its sound


def test_a_picture_is_exported_with_and_without_its_graph(editor: Editor) -> None:
    carrying = export(editor, "Export as picture with graph")
    plain = export(editor, "Export as picture without graph")
    assert b"knotwork" in carrying
    assert b"knotwork" not in plain
    editor.drop("carrying.png", "image/png", carrying)
    expect(editor.page.get_by_role("tab")).to_have_count(2)
    expect(editor.node("load").card).to_be_visible()

    editor.drop("again.json", "application/json", export(editor, "Export as JSON"))
    expect(editor.page.get_by_role("tab")).to_have_count(3)
    expect(editor.node("load").card).to_be_visible()


def test_files_that_are_broken_are_named_with_what_is_wrong(editor: Editor) -> None:
    expect(editor.node("load").card).to_be_visible()
    before = editor.names()
    broken = (PICTURES / "frog.png").read_bytes()[:500]
    with editor.complaints.expecting(r"/api/.* 4\d\d", r"Failed to load resource"):
        for name, media, content, told in (
            ("bad.json", "application/json", b"{ not json", "expected JSON"),
            ("newer.json", "application/json", b'{"knotwork": 99}', "Update Knotwork to open it."),
            ("half.png", "image/png", broken, "expected a whole picture"),
        ):
            editor.drop(name, media, content)
            notice = editor.page.get_by_role("alert").filter(has_text=f"“{name}” can’t be opened")
            expect(notice).to_contain_text(told)
    assert editor.names() == before
    expect(editor.page.get_by_role("tab")).to_have_count(1)


def test_a_picture_is_pasted_as_a_node_that_loads_it(editor: Editor) -> None:
    expect(editor.node("load").card).to_be_visible()
    before = editor.names()
    editor.paste("image.png", "image/png", (PICTURES / "frog.png").read_bytes())
    pasted = editor.added(before)
    assert pasted.card.get_attribute("aria-label") == "image.png"


def test_a_file_is_renamed_and_removed_while_its_graph_is_open(editor: Editor, workspace: Path) -> None:
    old, new = workspace / editor.save_as("old"), workspace / "new.json"
    editor.command("Open…")
    files = editor.page.get_by_role("dialog", name="Open a graph")
    search = files.get_by_role("searchbox")
    search.fill("old")
    actions = files.get_by_role("button", name=re.compile("^What to do with"))
    editor.choose(actions, "Rename…")
    editor.page.get_by_role("dialog", name="Rename the file").get_by_role("textbox").fill("new")
    editor.page.keyboard.press("Enter")
    search.press("Escape")
    search.fill("new")
    expect(files.locator(".files__facts")).to_contain_text("new.json")
    assert (old.exists(), new.exists()) == (False, True)

    editor.choose(actions, "Remove…")
    editor.page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(files.get_by_text("Nothing is called that")).to_be_visible()
    editor.page.keyboard.press("Escape")
    editor.page.keyboard.press("Escape")
    expect(editor.page.get_by_role("tab")).to_have_count(0)
    assert not new.exists()
    editor.page.get_by_role("button", name="Undo", exact=True).last.click()
    expect(editor.node("load").card).to_be_visible()
    assert new.exists()


def export(editor: Editor, command: str) -> bytes:
    """What the browser saves when a command is run."""
    with editor.page.expect_download() as download:
        editor.command(command)
    return download.value.path().read_bytes()
