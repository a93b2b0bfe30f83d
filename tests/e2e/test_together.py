"""Several people, and servers that come and go."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.cli.served import Served, served
from tests.e2e.chromium import LIGHT
from tests.e2e.editor import opened

LOST = (r"WebSocket connection", r"ERR_CONNECTION_REFUSED", r"ERR_CONNECTION_RESET", r"ERR_EMPTY_RESPONSE")


def test_two_browsers_edit_one_graph(browser: Browser, server: Served) -> None:
    address = f"http://127.0.0.1:{server.port}/"
    with opened(browser, address) as one:
        name = one.save_as("shared")
        with opened(browser, address) as other:
            other.open_file(name)
            other.node("noise").type("width", "96")
            expect(one.node("noise").field("width")).to_have_value("96")
            one.node("noise").type("height", "32")
            expect(other.node("noise").field("height")).to_have_value("32")

            # Each takes back what is their own
            other.undo()
            expect(one.node("noise").field("width")).to_have_value("64")
            expect(one.node("noise").field("height")).to_have_value("32")
        assert one.complaints.found == []


def test_a_server_that_is_killed_and_started_again_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    words = ("--workspace", str(tmp_path / "workspace"))
    home = str(tmp_path / "home")
    with served(*words, KNOTWORK_HOME=home) as first:
        port = first.port
        with opened(browser, f"http://127.0.0.1:{port}/", LIGHT) as editor:
            editor.node("noise").type("width", "96")
            editor.page.wait_for_load_state("networkidle")
            with editor.complaints.expecting(*LOST):
                first.process.kill()
                first.process.communicate()
                lost = editor.page.get_by_role("region", name="Connection lost")
                expect(lost).to_be_visible()
                with served(*words, "--port", str(port), KNOTWORK_HOME=home):
                    expect(lost).to_be_hidden()
                    expect(editor.node("noise").field("width")).to_have_value("96")
                    editor.node("noise").type("width", "64")
                    editor.reload()
                    expect(editor.node("noise").field("width")).to_have_value("64")
            assert editor.complaints.found == []
