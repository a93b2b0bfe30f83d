"""The real server in a process of its own for each file of tests, and the system's Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.cli.served import Served, served
from tests.e2e.chromium import LIGHT, Look, chromium
from tests.e2e.editor import Editor, opened

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "e2e"
"""Where the last picture of a page is left whose test failed."""

Opening = Callable[..., Editor]
failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixtures know how the test went."""
    report = yield
    if report.failed:
        item.stash[failed] = True
    return report


@pytest.fixture(scope="package")  # not longer: Playwright holds the event loop of its thread
def browser() -> Iterator[Browser]:
    """A browser that these tests share; each has profiles of its own."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the graphs that the server knows."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def server(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that the tests of a file share."""
    home = tmp_path_factory.mktemp("home")
    with served("--workspace", str(workspace), KNOTWORK_HOME=str(home), KNOTWORK_DEVICE="cpu") as server:
        yield server


@pytest.fixture
def opening(request: pytest.FixtureRequest, browser: Browser, server: Served) -> Iterator[Opening]:
    """Opens the editor as somebody who was never there; no page may have complained in the end."""
    editors: list[Editor] = []
    with ExitStack() as stack:

        def opening(look: Look = LIGHT) -> Editor:
            editor = stack.enter_context(opened(browser, f"http://127.0.0.1:{server.port}/", look))
            editors.append(editor)
            return editor

        yield opening
        if request.node.stash.get(failed, False):
            _leave_pictures(request.node.name, editors)
    assert [complaint for editor in editors for complaint in editor.complaints.found] == []


@pytest.fixture
def editor(opening: Opening) -> Editor:
    """The editor on a desktop screen."""
    return opening()


def _leave_pictures(test: str, editors: list[Editor]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, editor in enumerate(editors):
        editor.page.screenshot(path=PICTURES / f"{re.sub(r'[^a-z0-9_]+', '-', test)}-{number}.png")
