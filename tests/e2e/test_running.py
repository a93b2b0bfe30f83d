"""Running a graph, stopping it, and what is left of it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.editor import Editor


def test_a_newcomer_gets_a_picture_with_one_click(editor: Editor) -> None:
    editor.run()
    editor.wait_done()
    editor.node("decode").expect_picture()
    editor.node("upscale").expect_picture()


def test_a_run_can_be_cancelled_and_run_again(editor: Editor) -> None:
    editor.node("noise").type("batch", "16")
    editor.run()
    editor.wait_run("running")
    editor.cancel()
    editor.wait_run("cancelled")
    editor.node("noise").type("batch", "1")
    editor.run()
    editor.wait_done()


def test_a_page_that_is_loaded_again_in_mid_run_goes_on_showing_it(editor: Editor) -> None:
    editor.node("noise").type("batch", "12")
    editor.run()
    editor.wait_run("running")
    editor.reload()
    editor.wait_run("running")
    editor.node("decode").expect_picture()
    editor.wait_run("done")


def test_edits_survive_that_the_page_is_loaded_again(editor: Editor) -> None:
    editor.node("noise").type("width", "128")
    expect(editor.node("noise").field("width")).to_have_value("128")
    editor.reload()
    expect(editor.node("noise").field("width")).to_have_value("128")
