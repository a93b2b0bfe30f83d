"""The tests of the editor would notice what they say must not happen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.cli.served import Served
from tests.e2e.axe import violations
from tests.e2e.chromium import LIGHT, profile
from tests.e2e.complaints import Complaints

Heard = tuple[Page, Complaints]


@pytest.fixture
def heard(browser: Browser, server: Served) -> Iterator[Heard]:
    """A page of the server that has no editor in it, and what it complains of."""
    address = f"http://127.0.0.1:{server.port}/"
    with profile(browser, LIGHT) as context:
        complaints = Complaints(context, urlsplit(address).netloc)
        page = context.new_page()
        # Chromium looks for an icon of what is no page, some time later
        with complaints.expecting(r"/favicon\.ico"):
            page.goto(f"{address}api/health")
            yield page, complaints


def test_a_page_that_is_well_complains_of_nothing(heard: Heard) -> None:
    assert heard[1].found == []


def listening(page: Page, event: str) -> AbstractContextManager[Any]:
    """Wait for something to happen, other than that the browser misses an icon."""
    if event == "console":
        return page.expect_console_message(lambda message: "favicon" not in message.location["url"])
    return page.expect_response("**") if event == "response" else page.expect_event("pageerror")


INLINE = "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))"


@pytest.mark.parametrize(
    ("event", "script", "expected"),
    [
        ("console", "console.error('lost')", "console error: lost"),
        ("pageerror", "setTimeout(() => { throw new Error('broken') })", "exception: "),
        ("response", "fetch('nothing')", "refused: GET "),
        ("console", "new WebSocket('ws://127.0.0.2:9/')", "Content Security Policy"),
        ("console", "new Image().src = 'http://127.0.0.2:9/a.png'", "Content Security Policy"),
        ("console", INLINE, "Content Security Policy"),
    ],
)
def test_what_must_not_happen_is_heard(heard: Heard, event: str, script: str, expected: str) -> None:
    page, complaints = heard
    with listening(page, event):
        page.evaluate(f"() => {{ {script} }}")
    assert [text for text in complaints.found if expected in text]


def test_a_way_to_another_machine_is_heard(heard: Heard) -> None:
    page, complaints = heard
    with page.expect_event("requestfailed"):
        page.evaluate("() => { location.href = 'http://127.0.0.2:9/' }")
    assert "asked another machine: http://127.0.0.2:9/" in complaints.found


def test_what_is_expected_is_no_complaint(heard: Heard) -> None:
    page, complaints = heard
    with complaints.expecting("lost"), listening(page, "console"):
        page.evaluate("() => { console.error('lost') }")
    assert complaints.found == []


def test_axe_finds_a_picture_without_words(heard: Heard) -> None:
    page, _ = heard
    page.evaluate("() => { document.body.innerHTML = '<main><img src=\"data:,\"></main>' }")
    assert [text for text in violations(page) if text.startswith("image-alt")]
