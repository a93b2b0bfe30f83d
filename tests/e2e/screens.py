"""Every screen of the editor: `python -m tests.e2e.screens FOLDER` draws them in light, dark and narrow."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, expect

from tests.cli.served import served
from tests.e2e.chromium import DARK, LIGHT, NARROW, PHONE, chromium
from tests.e2e.editor import Editor, opened

LOOKS = (LIGHT, DARK, NARROW)
Screen = Callable[[Editor], None]


def first(editor: Editor) -> None:
    """What a newcomer sees."""
    expect(editor.node("load").card).to_be_visible()


def done(editor: Editor) -> None:
    """After a run."""
    first(editor)
    editor.run()
    editor.wait_done()
    editor.node("upscale").expect_picture()


def empty(editor: Editor) -> None:
    """A new graph."""
    editor.new_graph()


def palette(editor: Editor) -> None:
    """The command palette."""
    first(editor)
    editor.page.keyboard.press("Control+k")
    expect(editor.page.get_by_role("dialog", name="Commands")).to_be_visible()


def add_node(editor: Editor) -> None:
    """The search for a node to add."""
    first(editor)
    editor.command("Add node")
    editor.find_node("image.blur")


def node(editor: Editor) -> None:
    """A node that is selected, in the inspector."""
    first(editor)
    editor.node("sampler").title.click()


def menu(editor: Editor) -> None:
    """The context menu of a node."""
    first(editor)
    editor.node("decode").title.click(button="right")
    expect(editor.page.get_by_role("menu")).to_be_visible()


def form(editor: Editor) -> None:
    """The graph as a form."""
    editor.show_form()
    expect(editor.page.get_by_label("Prompt", exact=True)).to_be_visible()


def dialog(words: str) -> Screen:
    """A dialog that a command opens."""

    def show(editor: Editor) -> None:
        first(editor)
        editor.command(words)
        expect(editor.page.get_by_role("dialog")).to_be_visible()

    return show


def panel(title: str, *, after_run: bool = False) -> Screen:
    """A panel that a command opens."""

    def show(editor: Editor) -> None:
        (done if after_run else first)(editor)
        _open_panel(editor, title)

    return show


def _open_panel(editor: Editor, title: str) -> None:
    button = editor.page.get_by_role("button", name=re.compile(f"^{title}")).first
    if button.get_attribute("aria-pressed") != "true":
        button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def fork(editor: Editor) -> None:
    """A graph that goes on from a kept step of another run."""
    done(editor)
    editor.node("sampler").title.click()
    _open_panel(editor, "Inspector")
    button = editor.page.get_by_role("button", name=re.compile("^Fork from step"))
    button.click()
    told = editor.page.get_by_text(re.compile("^Goes on from step"))
    expect(told).to_be_visible()
    told.scroll_into_view_if_needed()


SCREENS: dict[str, Screen] = {
    "first": first,
    "empty": empty,
    "node": node,
    "menu": menu,
    "palette": palette,
    "add-node": add_node,
    "open": dialog("Open…"),
    "settings": dialog("Settings…"),
    "keys": dialog("Keyboard shortcuts…"),
    "templates": panel("Graphs"),
    "models": panel("Models"),
    "outline": panel("Outline"),
    "problems": panel("Problems"),
    "versions": panel("Versions"),
    "sweep": panel("Sweep"),
    "diff": panel("Differences"),
    "queue": panel("Queue"),
    "form": form,
    "done": done,
    "fork": fork,
    "history": panel("History", after_run=True),
    "timeline": panel("Timeline", after_run=True),
    "gallery": panel("Gallery", after_run=True),
}
"""Name of the picture → how to get there. Those that need a run come last."""


def draw(browser: Browser, address: str, folder: Path) -> None:
    """Save a picture of every screen in every look, and of the form on a phone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(name, look) for name in SCREENS for look in LOOKS] + [("form", PHONE)]
    for name, look in wanted:
        with opened(browser, address, look) as editor:
            SCREENS[name](editor)
            editor.page.wait_for_load_state("networkidle")
            editor.page.screenshot(path=folder / f"{name}-{look.name}.png", animations="disabled")


def main(folder: Path) -> None:
    """Serve the built-in graphs from an empty home, and draw."""
    with TemporaryDirectory() as scratch:
        words = ("--workspace", f"{scratch}/workspace")
        with (
            served(*words, KNOTWORK_HOME=f"{scratch}/home", KNOTWORK_DEVICE="cpu") as server,
            chromium() as browser,
        ):
            draw(browser, f"http://127.0.0.1:{server.port}/", folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screens"))
